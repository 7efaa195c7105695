import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { quarterMs, spansMs } from '../../domain/occupancy-span.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { openStore } from '../engine/open.ts'
import type { Store } from '../store.ts'
import { mariadbMissing, startMariadb } from '../testing/mariadb-fixture.ts'

const deps = { log: silentLog, clock: systemClock }
const rows = 1_000_000
const places = 40
const perPlace = rows / places / spansMs.length
/** SQLite counts no rows: a look at every one takes many times as long, one row a place a few milliseconds. */
const msMax = 150
/** A few for each place. */
const rowsReadMax = 1_000

const columns =
  'span_ms, site, level, zone, start, capacity, occupied_ms, known_ms, full_ms, min_occupied, max_occupied, occupied_end, known_end'
/** `series` gives n from 0 on. */
const fill = (spanMs: number, concat: (place: string) => string, series: string) =>
  `INSERT INTO occupancy (${columns})
   SELECT ${spanMs}, 'site', 'level', ${concat(`n % ${places}`)}, (n - n % ${places}) / ${places} * ${quarterMs}, 9, 0, 0, 0, 0, 0, n, 0
   FROM ${series}`

async function check(store: Store) {
  const newest = await store.newestOccupancy()
  assert.equal(newest.length, places * spansMs.length)
  for (const { start, occupiedEnd } of newest) {
    assert.equal(start, (perPlace - 1) * quarterMs)
    assert.ok(occupiedEnd >= (perPlace - 1) * places)
  }
}

describe(`the newest occupancy of each place, among ${rows.toLocaleString('en')} rows`, () => {
  test('is read along the key in SQLite', { timeout: 60_000 }, async (t) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'newest-'))
    t.after(() => rm(dir, { recursive: true, force: true }))
    const file = path.join(dir, 'baykeeper.db')
    await using store = await openStore(`sqlite:${file}`, deps)
    await store.migrate()
    using db = new DatabaseSync(file)
    const series = `(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ${rows / 2}) SELECT n FROM s)`
    for (const spanMs of spansMs) db.exec(fill(spanMs, (place) => `'z' || (${place})`, series))
    await check(store)
    const began = performance.now()
    await store.newestOccupancy()
    const tookMs = performance.now() - began
    assert.ok(tookMs < msMax, `${Math.round(tookMs)} ms`)
  })

  test('is read along the key in MariaDB', { timeout: 90_000, skip: mariadbMissing() }, async () => {
    await using server = await startMariadb()
    const url = await server.createDatabase()
    await using store = await openStore(url, deps)
    await store.migrate()
    const database = url.slice(url.lastIndexOf('/') + 1)
    const series = `(SELECT seq AS n FROM seq_0_to_${rows / 2 - 1}) AS s`
    for (const spanMs of spansMs)
      await server.execute(
        fill(spanMs, (place) => `CONCAT('z', ${place})`, series),
        database,
      )
    const rowsRead = async () => {
      const counts = await server.execute("SHOW GLOBAL STATUS LIKE 'Handler\\_read\\_%'")
      return counts.reduce((sum, row) => sum + Number(row['Value']), 0)
    }
    // Its statistics of the table do not matter.
    for (const statistics of ['FLUSH TABLES', 'ANALYZE TABLE occupancy']) {
      await server.execute(statistics, database)
      const before = await rowsRead()
      await check(store)
      const read = (await rowsRead()) - before
      assert.ok(read < rowsReadMax, `${read} rows are read (${statistics})`)
    }
  })
})
