/** S4 of the contract: the schema goes forward from every release there was, once, by any caller and wherever it was cut short. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { plainBay } from '../../domain/layout.ts'
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

/** `areSlow`: making the schema takes the server long; each step is run all the same. */
export function migrationContract(onStore: OnStore, place: () => Promise<StorePlace>, areSlow: boolean): void {
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

    const starts = areSlow ? versions.slice(0, 1) : versions
    for (const version of starts)
      test(`a database of schema version ${version} is brought up to date with everything in it`, async () => {
        await using here = await place()
        await fillFirst(here)
        await migrateTo(here, version)
        await isWhole(here, after(version).length)
      })

    for (const [part, cutOf] of cuts)
      test(`each step that was cut short ${part} is run again whole`, async () => {
        await using here = await place()
        await fillFirst(here)
        for (const version of versions) {
          const [{ mysql, version: next } = assert.fail('no step follows')] = after(version)
          await using store = await here.open(undefined, { untilVersion: next })
          // One transaction takes every step in SQLite: there is nothing to cut.
          if (store.dialect === 'sqlite') return
          for (const statement of mysql.slice(0, cutOf(mysql.length))) await here.execute(backticked(statement))
          assert.equal((await store.migrate()).length, 1, `the step after version ${version}`)
        }
        await isWhole(here, 0)
      })
  })
}

/** Where a step ends too early: in its middle, and before its version is written. */
const cuts: readonly (readonly [part: string, of: (statements: number) => number])[] = [
  ['in its middle', (statements) => Math.ceil(statements / 2)],
  ['before its end was written', (statements) => statements],
]

const firstLayout = (bay: unknown) => ({
  ...{ name: 'Zürich', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [{ id: 'z', name: 'Z' }], bays: [bay] }],
    },
  ],
})
/** As the first release wrote one. */
const firstBay = { id: 'A', type: 'standard', zone: 'z', device: 'd', x: 1, y: 2 }

/** A database of the first release, with readings and a layout in it. */
async function fillFirst(here: StorePlace) {
  await migrateTo(here, 1)
  for (const row of stored) await here.execute(insertion(row))
  await here.execute(
    `INSERT INTO layout (version, created, author, layout) VALUES (3, 7, 'planner', '${JSON.stringify(firstLayout(firstBay))}')`,
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
  assert.deepEqual(await store.layout(), {
    version: 3,
    ...before,
    layout: firstLayout(plainBay('A', { x: 1, y: 2 }, { zones: ['z'], devices: ['d'] })),
  })
  const added = aReading({ pos: 5, seq: 5 })
  await store.commit(aBatch({ to: 5, devices: [aDevice(1), aDevice(2)], readings: [added] }))
  for (const device of [1, 2])
    assert.deepEqual(
      (await store.readings({ external: `A-${device}`, limit: 10 })).items.map(({ seq }) => seq),
      [...stored, added].filter((row) => row.device === device).map(({ seq }) => seq),
    )
  assert.deepEqual((await store.findSeqs(1, 0, [1, 2, 3, 5])).map(({ seq }) => seq).sort(), [1, 3, 5])
}
