import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { listOf } from '../readings/reading-rows.ts'
import { busyMs, sqlitePlace } from '../testing/sqlite-place.ts'
import { type StorePlace, storeContract } from '../testing/store-contract.ts'
import { aBatch, aDevice, aReading, journal } from '../testing/store-samples.ts'
import { openStore } from './open.ts'
import { address, ownThreads, type Threads, threadedStore } from './threaded-store.ts'

const deps = { log: silentLog, clock: systemClock }

/** The start of a thread takes longer than most tests of the contract: one whose store was closed gets the next store. */
function usedThreads(): Threads & AsyncDisposable {
  const free: Worker[] = []
  return {
    start(place) {
      const thread = free.pop()
      if (!thread) return ownThreads.start(place)
      thread.ref()
      thread.postMessage({ id: 0, method: address, args: [place] })
      return thread
    },
    async end(thread) {
      for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event)
      thread.unref()
      free.push(thread)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(free.splice(0).map((thread) => thread.terminate()))
    },
  }
}
const threads = usedThreads()
after(() => threads[Symbol.asyncDispose]())

async function place(): Promise<StorePlace> {
  const { file, ...here } = await sqlitePlace()
  const url = `sqlite:${file}`
  const threaded = (options: object) =>
    threadedStore(url, options, { ...deps, dialect: 'sqlite', threads, open: () => openStore(url, deps, options) })
  return {
    // A clock that is handed in stays on this side.
    open: (at, more) =>
      at
        ? openStore(url, { ...deps, clock: { ...systemClock, now: () => at.now } }, { busyMs, ...more })
        : Promise.resolve(threaded({ busyMs, ...more })),
    ...here,
  }
}

storeContract('SQLite on its own thread', place)

describe('a store on its own thread', () => {
  test('does not hold up its caller, who keeps the rows he handed over', async () => {
    await using here = await sqlitePlace()
    await using store = await openStore(`sqlite:${here.file}`, deps, { ownThread: true })
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

  test('what cannot be opened fails as without a thread, and a later call tries again', async () => {
    await using store = await openStore('sqlite:/no/such/folder/baykeeper.db', deps, { ownThread: true })
    for (let i = 0; i < 2; i++) await assert.rejects(store.migrate(), { fault: 'config', message: /does not exist/ })
  })
})
