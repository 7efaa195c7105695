/** What happens to a MariaDB or a MySQL, done to a real one while batches are committed. After each: offset and rows agree, nothing twice. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Connection } from 'mariadb'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { openStore, type StoreOptions } from '../engine/open.ts'
import { listOf, readingRows } from '../readings/reading-rows.ts'
import { type CommitBatch, type JournalPart, journalParts, type Store } from '../store.ts'
import { cuts, cuttingProxy } from './cutting-proxy.ts'
import { type DatabaseServer, startServer } from './mariadb-fixture.ts'
import { serverMissing } from './server-programs.ts'
import { fault } from './store-contract.ts'
import { aBatch, aDelta, aDevice, aReading, journal } from './store-samples.ts'

const deps = { log: silentLog, clock: systemClock }
/** A MySQL is always spoken to through mysql2. */
const clientsOf = { mariadb: ['mariadb', 'mysql2'], mysql: ['mysql2'] } as const
/** Readings of one batch: enough that a commit takes long enough to be hit. */
const rowsPerBatch = 200

async function prepared(url: string, options: StoreOptions = {}): Promise<Store> {
  const store = await openStore(url, deps, options)
  await store.migrate()
  await store.takeFence(journal, 1)
  return store
}

const batchAt = (from: number): CommitBatch =>
  aBatch({
    from,
    to: from + 1,
    readings: Array.from({ length: rowsPerBatch }, (_, idx) =>
      aReading({ pos: from + 1, idx, seq: from * rowsPerBatch + idx, temperatureC: idx / 2 }),
    ),
    devices: Array.from({ length: 20 }, (_, i) => aDevice(i + 1, { rev: from + 1, readings: from + 1 })),
    ledger: [aDelta({ committed: rowsPerBatch })],
  })

/** Asks until the database answers; its offset shows what happened. */
async function settled(store: Store, part?: JournalPart): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    try {
      return (await store.cursor(journal, part)).position
    } catch (error) {
      // A busy machine starts a killed server slowly.
      if (attempt > 2_000) throw error
      await systemClock.sleep(50)
    }
  }
}

async function agrees(store: Store, position: number) {
  const { cursor, totals } = await store.ledgerAt(journal)
  assert.equal(cursor.position, position)
  assert.equal(totals.committed, position * rowsPerBatch)
  assert.equal((await store.counts()).readings, position * rowsPerBatch)
  for (const device of await store.devices()) assert.equal(device.rev, position)
}

/** Commits until `until`, two at a time as the processor does: after any failure the cursor decides. Returns how many commits failed. */
async function commitTo(store: Store, until: number): Promise<number> {
  let failed = 0
  for (let position = await settled(store); position < until; ) {
    const wanted = [position, position + 1].filter((from) => from < until)
    failed += await together(store, wanted)
    position = await settled(store)
  }
  return failed
}

/** How many of these commits failed: the first as transient, one behind it perhaps because the offset is not where it begins. */
async function together(store: Store, froms: readonly number[]): Promise<number> {
  const outcomes = await Promise.allSettled(froms.map((from) => store.commit(batchAt(from))))
  const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  for (const [i, reason] of faults.entries()) if (i === 0 || reason.fault !== 'fenced') fault('transient')(reason)
  return faults.length
}

export function outagesOf(kind: keyof typeof clientsOf) {
  describe(`outages of the database (${kind})`, { skip: serverMissing(kind) }, () => outages(kind))
}

function outages(kind: keyof typeof clientsOf) {
  const clients = clientsOf[kind]
  let server: DatabaseServer
  before(async () => {
    server = await startServer(kind)
  })
  after(() => server?.[Symbol.asyncDispose]())

  for (const client of clients)
    test(`a line cut anywhere around COMMIT is settled right (${client})`, async () => {
      const url = new URL(await server.createDatabase())
      await using proxy = await cuttingProxy(server.port)
      url.port = String(proxy.port)
      await using store = await prepared(url.href, { client })
      let position = 0
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...cuts), fc.boolean(), async (cut, reset) => {
          proxy.cutNext(cut, { reset })
          await assert.rejects(store.commit(batchAt(position)), fault('transient'))
          const now = await settled(store)
          if (cut === 'before') assert.equal(now, position)
          if (cut === 'answered' || cut === 'inside') assert.equal(now, position + 1)
          position = now
          await agrees(store, position)
          proxy.cutNext(cut, { reset })
          const failed = await together(store, [position, position + 1])
          assert.ok(failed > 0, 'no commit was cut')
          const then = await settled(store)
          assert.ok(then >= position && then <= position + 2, `${position} -> ${then}`)
          position = then
          await agrees(store, position)
          await store.commit(batchAt(position++))
        }),
        { numRuns: 25 },
      )
      await agrees(store, position)
    })

  for (const client of clients)
    test(`a line cut anywhere around the COMMIT of raw frames is settled by their own offset (${client})`, async () => {
      const url = new URL(await server.createDatabase())
      await using proxy = await cuttingProxy(server.port)
      url.port = String(proxy.port)
      await using store = await prepared(url.href, { client })
      await store.takeFence(journal, 1, journalParts.rawFrames)
      const arrived = instant(Date.now())
      const piece = (from: number) => ({
        ...{ journal, from, to: from + 1, fence: 1 },
        frames: [0, 1].map((idx) => ({
          pos: from + 1,
          idx,
          source: 'tcp',
          arrived,
          bytes: Buffer.from(`${from} ${idx}`),
        })),
      })
      let position = 0
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...cuts), fc.boolean(), async (cut, reset) => {
          proxy.cutNext(cut, { reset })
          await assert.rejects(store.copyRaw(piece(position)), fault('transient'))
          const now = await settled(store, journalParts.rawFrames)
          if (cut === 'before') assert.equal(now, position)
          if (cut === 'answered' || cut === 'inside') assert.equal(now, position + 1)
          const held = await store.rawFrame({ pos: position + 1, idx: 1 })
          assert.equal(held !== undefined, now === position + 1)
          position = now
          await store.copyRaw(piece(position++))
        }),
        { numRuns: 12 },
      )
      const [held] = await server.execute('SELECT COUNT(*) AS n FROM raw_frame', url.pathname.slice(1))
      assert.equal(Number(held?.['n']), position * 2)
    })

  for (const client of clients)
    test(`connections killed at random times lose and double nothing (${client})`, async () => {
      const url = await server.createDatabase()
      await using store = await prepared(url, { client })
      const stop = new AbortController()
      const killing = (async () => {
        while (!stop.signal.aborted) {
          await systemClock.sleep(Math.random() * 60)
          await server.killConnections()
        }
      })()
      const failed = await commitTo(store, 60)
      stop.abort()
      await killing
      assert.ok(failed > 0, 'no commit was hit')
      await agrees(store, 60)
    })

  test('kill -9 of the server at random times loses and doubles nothing', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url)
    let target = 0
    for (let round = 0; round < 4; round++) {
      target += 40
      const committing = commitTo(store, target)
      await systemClock.sleep(20 + Math.random() * 150)
      await server.kill()
      await server.start()
      await committing
      await agrees(store, target)
    }
  })

  test('a server that hangs is left after a while, and found again', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url, { callMs: 400 })
    await store.commit(batchAt(0))
    await server.freeze()
    await assert.rejects(store.commit(batchAt(1)), fault('transient'))
    await assert.rejects(store.counts(), fault('transient'))
    server.resume()
    const position = await settled(store)
    await commitTo(store, position + 2)
    await agrees(store, position + 2)
  })

  for (const client of clients)
    test(`a line that goes silent half open is left after a while (${client})`, async () => {
      const url = new URL(await server.createDatabase())
      await using proxy = await cuttingProxy(server.port)
      url.port = String(proxy.port)
      await using store = await prepared(url.href, { client, callMs: 300 })
      await store.commit(batchAt(0))
      proxy.silence()
      await assert.rejects(store.commit(batchAt(1)), fault('transient'))
      await commitTo(store, 3)
      await agrees(store, 3)
    })

  test('closing does not wait for a server that hangs', async () => {
    const store = await prepared(await server.createDatabase())
    const idle = await prepared(await server.createDatabase(), { client: 'mysql2' })
    await server.freeze()
    try {
      const committing = assert.rejects(store.commit(batchAt(0)), fault('transient'))
      const started = performance.now()
      await Promise.all([store[Symbol.asyncDispose](), idle[Symbol.asyncDispose]()])
      await committing
      assert.ok(performance.now() - started < 5_000)
      await assert.rejects(store.counts(), fault('transient'))
    } finally {
      server.resume()
    }
  })

  test('the cursor waits for a transaction that holds the offset, and returns how it ended', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url)
    const other = await server.connect(url)
    try {
      for (const [end, position] of [
        ['COMMIT', 7],
        ['ROLLBACK', 7],
      ] as const) {
        await other.query('START TRANSACTION')
        await other.query('UPDATE journal_offset SET off = off + 7')
        let isAnswered = false
        const asking = store.cursor(journal).finally(() => {
          isAnswered = true
        })
        await systemClock.sleep(150)
        assert.equal(isAnswered, false)
        await other.query(end)
        assert.equal((await asking).position, position)
      }
    } finally {
      await other.end()
    }
  })

  test('the victim of a deadlock is transient and commits the next time', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url)
    await store.commit(batchAt(0))
    const other = await server.connect(url)
    try {
      await other.query('START TRANSACTION')
      // Many changed rows make the other side the dearer victim.
      await other.query('UPDATE reading SET quality = 4')
      await other.query('UPDATE device SET duplicates = 1 WHERE id = 20')
      const committing = assert.rejects(store.commit(batchAt(1)), fault('transient'))
      await systemClock.sleep(200)
      await other.query('SELECT off FROM journal_offset FOR UPDATE')
      await committing
      await other.query('ROLLBACK')
    } finally {
      await other.end()
    }
    await agrees(store, 1)
    assert.equal(await commitTo(store, 2), 0)
    await agrees(store, 2)
  })

  test('what was sent behind a statement that a deadlock took back is taken back too', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url)
    await store.commit(batchAt(0))
    const other = await server.connect(url)
    try {
      await other.query('START TRANSACTION')
      await other.query('UPDATE reading SET quality = 4')
      // Readings of several kinds go in several packets; the first of them meets the other's lock.
      const committing = assert.rejects(store.commit(batchAt(1)), { fault: 'transient', message: /deadlock/i })
      await systemClock.sleep(200)
      await other.query('SELECT off FROM journal_offset FOR UPDATE')
      await other.query('ROLLBACK')
      await committing
    } finally {
      await other.end()
    }
    await agrees(store, 1)
    await store.commit(batchAt(1))
    await agrees(store, 2)
  })

  test('a lock that is not let go makes a commit transient', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url)
    await store.commit(batchAt(0))
    const other = await server.connect(url)
    try {
      await other.query('START TRANSACTION')
      await other.query('UPDATE device SET duplicates = 1 WHERE id = 20')
      await assert.rejects(store.commit(batchAt(1)), { fault: 'transient', message: /lock wait/i })
    } finally {
      await other.end()
    }
    await agrees(store, 1)
    await commitTo(store, 2)
    await agrees(store, 2)
  })

  test('a read-only server is a matter of capacity, and passes', async () => {
    await using store = await prepared(await server.createDatabase())
    await server.execute('SET GLOBAL read_only = 1')
    await assert.rejects(store.commit(batchAt(0)), fault('capacity'))
    assert.equal((await store.counts()).readings, 0)
    await server.execute('SET GLOBAL read_only = 0')
    await store.commit(batchAt(0))
    await agrees(store, 1)
  })

  for (const client of clients)
    test(`a session that finds its server read-only is left: the next one may find another primary (${client})`, async () => {
      const url = await server.createDatabase()
      await using store = await prepared(url, { client })
      const sessions = async () => {
        const database = new URL(url).pathname.slice(1)
        const rows = await server.execute(
          `SELECT id AS id FROM information_schema.processlist WHERE db = '${database}'`,
        )
        return rows.map(({ id }) => Number(id))
      }
      const before = await sessions()
      await server.execute('SET GLOBAL read_only = 1')
      try {
        await assert.rejects(store.commit(batchAt(0)), fault('capacity'))
      } finally {
        await server.execute('SET GLOBAL read_only = 0')
      }
      await store.commit(batchAt(0))
      const after = await sessions()
      assert.ok(before.length > 0)
      assert.ok(after.length > 0)
      assert.deepEqual(
        after.filter((id) => before.includes(id)),
        [],
      )
    })

  test('a right that is given back counts from the next try on', async () => {
    const url = await server.createDatabase()
    await using store = await prepared(url)
    const database = new URL(url).pathname.slice(1)
    await server.execute(`REVOKE ALL ON ${database}.* FROM 'baykeeper'@'%'`)
    await server.execute(`GRANT SELECT, UPDATE, DELETE ON ${database}.* TO 'baykeeper'@'%'`)
    await server.killConnections()
    try {
      await settled(store)
      await assert.rejects(store.commit(batchAt(0)), fault('config'))
    } finally {
      await server.execute(`GRANT ALL ON ${database}.* TO 'baykeeper'@'%'`)
    }
    await store.commit(batchAt(0))
    await agrees(store, 1)
  })

  for (const client of clients)
    test(`too many connections are a matter of capacity, and pass (${client})`, async () => {
      const url = await server.createDatabase()
      await using store = await prepared(url, { client })
      const [usual] = await server.execute('SELECT @@max_connections AS n')
      await server.execute('SET GLOBAL max_connections = 10')
      const others: Connection[] = []
      const crowd = async () => {
        for (;;) others.push(await server.connect(url))
      }
      try {
        await assert.rejects(crowd(), { errno: 1040 })
        await assert.rejects(openStore(url, deps, { client }), fault('capacity'))
        // There is no room for a second connection: one after the other, then.
        await Promise.all([store.commit(batchAt(0)), store.commit(batchAt(1))])
      } finally {
        for (const other of others) await other.end()
        await server.execute(`SET GLOBAL max_connections = ${usual?.['n']}`)
      }
      await using again = await openStore(url, deps, { client })
      await agrees(again, 2)
    })

  for (const client of clients)
    test(`a value too large for its column is the row's fault and takes the batch back (${client})`, async () => {
      await using store = await prepared(await server.createDatabase(), { client })
      const readings = readingRows([...listOf(batchAt(0).readings), aReading({ idx: 2 ** 31 })])
      const bad = { ...batchAt(0), readings }
      await assert.rejects(store.commit(bad), { fault: 'data', message: /out of range.*idx/i })
      assert.deepEqual(await store.counts(), { readings: 0, devices: 0, deadLetters: 0 })
      await store.commit(batchAt(0))
      await agrees(store, 1)
    })

  const onlyOnMariadb =
    kind === 'mysql' &&
    'a full tablespace is tried on MariaDB: MySQL keeps partitions out of a shared one, the only one that can be made small'
  test('a full tablespace is a matter of capacity, takes the batch back, and passes', {
    skip: onlyOnMariadb,
  }, async () => {
    const tight = ['--innodb-file-per-table=OFF', '--innodb-data-file-path=ibdata1:24M']
    await using small = await startServer(kind, tight)
    const url = await small.createDatabase()
    let position = 0
    {
      await using store = await prepared(url)
      const commits = async () => {
        for (; position < 500; position++) await store.commit(batchAt(position))
      }
      await assert.rejects(commits(), fault('capacity'))
      assert.equal(await settled(store), position)
      await agrees(store, position)
    }
    await small.kill()
    await small.start(tight.map((setting) => setting.replace('24M', '24M:autoextend')))
    await using store = await openStore(url, deps)
    await commitTo(store, position + 5)
    await agrees(store, position + 5)
  })
}
