import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { listOf } from '../readings/reading-rows.ts'
import { type StorePlace, storeContract } from '../testing/store-contract.ts'
import { aBatch, aDevice, aReading, journal } from '../testing/store-samples.ts'
import { openStore } from './open.ts'

const deps = { log: silentLog, clock: systemClock }
/** A lock that is never let go fails a test soon. */
const busyMs = 2_000

async function place(): Promise<StorePlace & { readonly file: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'threaded-'))
  const file = path.join(dir, 'baykeeper.db')
  return {
    file,
    // A clock that is handed in stays on this side.
    open: (at, more) =>
      at
        ? openStore(`sqlite:${file}`, { ...deps, clock: { ...systemClock, now: () => at.now } }, { busyMs, ...more })
        : openStore(`sqlite:${file}`, deps, { busyMs, ...more, ownThread: true }),
    async execute(sql) {
      using db = new DatabaseSync(file)
      db.exec(sql)
    },
    async query(sql) {
      using db = new DatabaseSync(file, { readOnly: true })
      return db
        .prepare(sql)
        .all()
        .map((row) => Object.values(row))
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  }
}

storeContract('SQLite on a thread of its own', place)

describe('a store on a thread of its own', () => {
  test('does not hold up its caller, who keeps the rows he handed over', async () => {
    await using here = await place()
    await using store = await here.open()
    await store.migrate()
    await store.takeFence(journal, 1)
    const batch = aBatch({
      readings: Array.from({ length: 20_000 }, (_, idx) => aReading({ idx, seq: idx })),
      devices: [aDevice(1)],
    })
    const delay = { turns: 0 }
    const counting = setInterval(() => delay.turns++, 1)
    await store.commit(batch)
    clearInterval(counting)
    assert.ok(delay.turns > 5, `the caller had ${delay.turns} turns during a commit of 20,000 rows`)
    assert.equal(listOf(batch.readings).length, 20_000)
    assert.equal((await store.counts()).readings, 20_000)
  })

  test('what cannot be opened is said as without a thread, and a later call tries again', async () => {
    await using store = await openStore('sqlite:/no/such/folder/baykeeper.db', deps, { ownThread: true })
    for (let i = 0; i < 2; i++) await assert.rejects(store.migrate(), { fault: 'config', message: /does not exist/ })
  })
})
