/** S4 of the contract: the schema goes forward from every release there was, once, whoever asks and wherever it was cut short. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { backticked } from '../engine/mysql/statements.ts'
import { migrations } from '../migrations/migrations.ts'
import { readingRows, readingWidth } from '../readings/reading-rows.ts'
import { pushReadingValues } from '../readings/rows.ts'
import type { Store } from '../store.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDevice, aReading, at, journal } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const versions = migrations.slice(0, -1).map(({ version }) => version)
const after = (version: number) => migrations.filter((step) => step.version > version)
/** Of two devices, on three days: what the first release would have stored. */
const stored = [0, 0, 1, 2].map((days, i) => {
  const arrived = instant(at + days * 86_400_000)
  return aReading({ pos: i + 1, seq: i + 1, arrived, time: arrived, device: 1 + (i % 2) })
})

export function migrationContract(onStore: OnStore, place: () => Promise<StorePlace>): void {
  describe('S4 migrations', () => {
    onStore('run once, and again without effect', async (store) => {
      await store.commit(aBatch({ devices: [aDevice(1)] }))
      assert.deepEqual(await store.migrate(), [])
      assert.equal((await store.counts()).devices, 1)
    })

    test('run by several at once are applied by one', async () => {
      await using here = await place()
      const stores = await Promise.all([here.open(), here.open(), here.open()])
      const applied = await Promise.all(stores.map((store) => store.migrate()))
      assert.deepEqual(applied.map((names) => names.length > 0).sort(), [false, false, true])
      for (const store of stores) await store[Symbol.asyncDispose]()
    })

    onStore('a database from a later release is refused', async (store, place) => {
      await place.execute("INSERT INTO schema_version (version, name, applied) VALUES (9999, 'later', 0)")
      await assert.rejects(store.migrate(), { fault: 'newer' })
    })

    for (const version of versions)
      test(`a database of schema version ${version} is brought up to date with everything in it`, async () => {
        await using here = await place()
        await fillFirst(here)
        await migrateTo(here, version)
        await isWhole(here, after(version).length)
      })

    for (const version of versions)
      test(`the step after version ${version} that was cut short is run again whole`, async () => {
        const [{ mysql } = assert.fail('no step follows')] = after(version)
        for (const cut of new Set([Math.ceil(mysql.length / 2), mysql.length])) {
          await using here = await place()
          await fillFirst(here)
          await using older = await migrateTo(here, version)
          // One transaction takes every step in SQLite: there is nothing to cut.
          if (older.dialect === 'sqlite') return
          for (const statement of mysql.slice(0, cut)) await here.execute(backticked(statement))
          await isWhole(here, after(version).length)
        }
      })
  })
}

/** A database of the first release, with readings and a layout in it. */
async function fillFirst(here: StorePlace) {
  await migrateTo(here, 1)
  for (const row of stored) await here.execute(insertion(row))
  await here.execute(
    `INSERT INTO layout (version, created, author, layout) VALUES (3, 7, 'planner', '{"name":"Zürich"}')`,
  )
}

async function migrateTo(here: StorePlace, untilVersion: number): Promise<Store> {
  const store = await here.open(undefined, { untilVersion })
  await store.migrate()
  await store[Symbol.asyncDispose]()
  return store
}

/** As the tables of version 1 take it: without the day, and with the measures of then. */
const insertion = (row: (typeof stored)[number]) =>
  `INSERT INTO reading VALUES (${pushReadingValues([], readingRows([row]), 0, 0)
    .slice(1, 1 + readingWidth)
    .map((value) => value ?? 'NULL')
    .join(', ')})`

async function isWhole(here: StorePlace, steps: number) {
  await using store = await here.open(undefined, { blockRows: 3 })
  assert.equal((await store.migrate()).length, steps)
  assert.deepEqual(await store.migrate(), [])
  await store.takeFence(journal, 1)
  assert.equal((await store.counts()).readings, stored.length)
  const before = { created: 7, author: 'planner', comment: '', published: null }
  assert.deepEqual(await store.layout(), { version: 3, ...before, layout: { name: 'Zürich' } })
  const added = aReading({ pos: 5, seq: 5 })
  await store.commit(aBatch({ to: 5, devices: [aDevice(1), aDevice(2)], readings: [added] }))
  for (const device of [1, 2])
    assert.deepEqual(
      (await store.readings({ external: `A-${device}`, limit: 10 })).items.map(({ seq }) => seq),
      [...stored, added].filter((row) => row.device === device).map(({ seq }) => seq),
    )
  assert.deepEqual((await store.findSeqs(1, 0, [1, 2, 3, 5])).map(({ seq }) => seq).sort(), [1, 3, 5])
}
