import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import type { Instant } from '../../../lib/brand.ts'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import type { Store } from '../../store.ts'
import { busyMs, sqlitePlace } from '../../testing/sqlite-place.ts'
import { fault, type StorePlace, storeContract } from '../../testing/store-contract.ts'
import { aBatch, aDelta, aDevice, aReading, journal } from '../../testing/store-samples.ts'
import { openStore, type StoreOptions } from '../open.ts'

const deps = { log: silentLog, clock: systemClock }
const depsAt = (at?: { now: Instant }) => (at ? { ...deps, clock: { ...systemClock, now: () => at.now } } : deps)

async function place(options: StoreOptions = {}): Promise<StorePlace> {
  const { file, ...here } = await sqlitePlace()
  return { open: (at, more) => openStore(`sqlite:${file}`, depsAt(at), { busyMs, ...options, ...more }), ...here }
}

storeContract('SQLite', () => place())
storeContract('SQLite, a block of three readings', () => place({ blockRows: 3 }))

describe('the store in a SQLite file', () => {
  test('keeps a write-ahead log and syncs every commit', async () => {
    await using here = await sqlitePlace()
    await using store = await openStore(`sqlite:${here.file}`, deps)
    assert.deepEqual((await store.describe()).weaknesses, [])
    using db = new DatabaseSync(here.file)
    assert.deepEqual({ ...db.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' })
  })

  test('nothing is committed into a file that was deleted or replaced, and it goes on when the file is put back', async () => {
    await using here = await sqlitePlace()
    await using store = await openStore(`sqlite:${here.file}`, deps)
    await store.migrate()
    await store.takeFence(journal, 1)
    await rename(here.file, `${here.file}.away`)
    await assert.rejects(store.commit(aBatch({ readings: [aReading()] })), fault('gone'))
    await assert.rejects(store.ledgerAt(journal), fault('gone'))
    await writeFile(here.file, '')
    await assert.rejects(store.commit(aBatch({ readings: [aReading()] })), fault('gone'))
    await rename(`${here.file}.away`, here.file)
    await store.commit(aBatch({ readings: [aReading()] }))
    assert.equal((await store.counts()).readings, 1)
  })

  test('a reader in another process neither waits for the writer nor holds it up', async () => {
    await using here = await sqlitePlace()
    await using store = await openStore(`sqlite:${here.file}`, deps)
    await store.migrate()
    await store.takeFence(journal, 1)
    using reader = new DatabaseSync(here.file)
    reader.exec('BEGIN; SELECT count(*) FROM reading')
    for (let from = 0; from < 5; from++)
      await store.commit(aBatch({ from, to: from + 1, readings: [aReading({ pos: from + 1 })] }))
    assert.equal(reader.prepare('SELECT count(*) AS n FROM reading').get()?.['n'], 0)
    reader.exec('ROLLBACK; BEGIN IMMEDIATE')
    assert.equal((await store.counts()).readings, 5)
    reader.exec('ROLLBACK')
  })

  test('a full disk is a matter of capacity, leaves nothing behind and passes', async () => {
    await using here = await sqlitePlace()
    await using store = await openStore(`sqlite:${here.file}`, deps)
    await store.migrate()
    await store.takeFence(journal, 1)
    // Rows too many for any page budget; the pragma belongs to the connection, so it is set through the store's own.
    const readings = Array.from({ length: 5_000 }, (_, idx) => aReading({ idx, seq: idx }))
    using other = new DatabaseSync(here.file)
    const { page_count: pages } = other.prepare('PRAGMA page_count').get() as { page_count: number }
    await using small = await openStore(`sqlite:${here.file}`, deps, { pagesMax: pages + 10 })
    await assert.rejects(small.commit(aBatch({ readings, devices: [aDevice(1)] })), fault('capacity'))
    assert.equal((await small.cursor(journal)).position, 0)
    assert.deepEqual(await small.counts(), { readings: 0, devices: 0, deadLetters: 0 })
    await store.commit(aBatch({ readings, devices: [aDevice(1)] }))
    assert.equal((await small.counts()).readings, 5_000)
  })

  test('a writer that never lets go makes a commit transient, not lost', { timeout: 9_000 }, async () => {
    await using here = await sqlitePlace()
    await using store = await openStore(`sqlite:${here.file}`, deps, { busyMs: 100 })
    await store.migrate()
    await store.takeFence(journal, 1)
    using other = new DatabaseSync(here.file)
    other.exec('BEGIN IMMEDIATE')
    await assert.rejects(store.commit(aBatch()), fault('transient'))
    other.exec('ROLLBACK')
    await store.commit(aBatch())
  })

  test('a database restored from an older copy is brought to the same state by replay', async () => {
    await using here = await sqlitePlace()
    const batch = (from: number) =>
      aBatch({
        from,
        to: from + 1,
        readings: [aReading({ pos: from + 1, seq: from })],
        devices: [aDevice(1, { rev: from + 1, readings: from + 1 })],
        ledger: [aDelta({ committed: 1 })],
      })
    const state = async (store: Store) => [
      await store.devices(),
      await store.ledgerAt(journal),
      await store.readings({ external: 'A-1', limit: 100 }),
    ]
    let whole: unknown
    {
      await using store = await openStore(`sqlite:${here.file}`, deps)
      await store.migrate()
      await store.takeFence(journal, 1)
      for (let from = 0; from < 3; from++) await store.commit(batch(from))
      using source = new DatabaseSync(here.file)
      await backup(source, `${here.file}.copy`)
      for (let from = 3; from < 9; from++) await store.commit(batch(from))
      whole = await state(store)
    }
    await rename(`${here.file}.copy`, here.file)
    await using store = await openStore(`sqlite:${here.file}`, deps)
    const { position } = await store.cursor(journal)
    assert.equal(position, 3)
    for (let from = position; from < 9; from++) await store.commit(batch(from))
    assert.deepEqual(await state(store), whole)
  })

  test('a place that cannot hold a database is named in a sentence', async () => {
    await using here = await sqlitePlace()
    const missing = path.join(here.file, 'missing', 'x.db')
    await assert.rejects(openStore(`sqlite:${missing}`, deps), { fault: 'config', message: /folder .* does not exist/ })
    await writeFile(here.file, 'this is a letter, and no database of any kind'.repeat(40))
    await assert.rejects(openStore(`sqlite:${here.file}`, deps), { fault: 'config', message: /not a SQLite database/ })
    await assert.rejects(openStore(`sqlite:${path.dirname(here.file)}`, deps), { fault: 'config' })
    for (const url of ['', 'sqlite:', 'postgres://x/y', 'baykeeper.db'])
      await assert.rejects(openStore(url, deps), { fault: 'config', message: /a store is sqlite:/ })
  })
})
