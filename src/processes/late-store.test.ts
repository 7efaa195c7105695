import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Clock, systemClock } from '../lib/clock.ts'
import { createLog, silentLog } from '../lib/log.ts'
import { StoreError } from '../store/store.ts'
import { lateStore, reachStore } from './late-store.ts'
import { childDirectory } from './testing/child-under-test.ts'

/** Nothing listens on port 1. */
const nowhere = 'mysql://baykeeper:secret@127.0.0.1:1/baykeeper'
const signal = new AbortController().signal

/** A database that another connection has locked, until `unlock`. */
async function locked() {
  const file = path.join(await childDirectory(), 'store.sqlite')
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE held (id INTEGER); BEGIN EXCLUSIVE')
  return { url: `sqlite:${file}`, unlock: () => other.close() }
}

test('a database that is away is waited for, reported once, and then opened and migrated', async () => {
  const { url, unlock } = await locked()
  const lines: string[] = []
  const waits: number[] = []
  const clock: Clock = {
    ...systemClock,
    async sleep(ms) {
      if (waits.push(ms) === 3) unlock()
    },
  }
  const log = createLog({}, { write: (line) => void lines.push(line) })
  await using store = await reachStore(url, { log, clock, signal }, { busyMs: 1 })
  assert.equal((await store.counts()).readings, 0)
  assert.equal(waits.length, 3)
  assert.equal(lines.filter((line) => line.includes('cannot be reached')).length, 1, lines.join('\n'))
  assert.ok(lines.some((line) => line.includes('schema brought up to date')))
})

test('until it is open every call fails as it does while the database is away, and later calls reach it', async () => {
  const url = `sqlite:${path.join(await childDirectory(), 'store.sqlite')}`
  const { store, opened } = lateStore(url, { log: silentLog, clock: systemClock, signal })
  await using _released = store
  await assert.rejects(store.counts(), (fault) => fault instanceof StoreError && fault.fault === 'transient')
  await assert.rejects(store.devices(), /has not been reached yet/)
  await opened
  assert.deepEqual(await store.devices(), [])
})

test('a database that refuses for good is not waited for', async () => {
  const dir = await childDirectory()
  const file = path.join(dir, 'store.sqlite')
  {
    await using _store = await reachStore(`sqlite:${file}`, { log: silentLog, clock: systemClock, signal })
  }
  const later = new DatabaseSync(file)
  later.exec(`INSERT INTO schema_version (version, name, applied) VALUES (9999, 'of a later release', 0)`)
  later.close()
  const clock: Clock = { ...systemClock, sleep: () => assert.fail('it waits for what never comes') }
  const { opened } = lateStore(`sqlite:${file}`, { log: silentLog, clock, signal })
  await assert.rejects(opened, { fault: 'newer' })
})

test('waiting ends with the process: the signal ends it, and the store without a database can be let go', async () => {
  const stop = new AbortController()
  const clock: Clock = {
    ...systemClock,
    async sleep(_ms, of) {
      stop.abort(new Error('stopping'))
      of?.throwIfAborted()
    },
  }
  const { store, opened } = lateStore(nowhere, { log: silentLog, clock, signal: stop.signal })
  await assert.rejects(opened, /stopping/)
  await store[Symbol.asyncDispose]()
})
