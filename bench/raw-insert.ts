/**
 * The yardstick: the same rows into the same readings table by the fastest client there is, and nothing else. In a process of its own:
 * `node bench/raw-insert.ts <store url> <seconds>` prints rows per second.
 */
import { DatabaseSync } from 'node:sqlite'
import mariadb from 'mariadb'
import mysql2 from 'mysql2/promise'
import { systemClock } from '../src/lib/clock.ts'
import { silentLog } from '../src/lib/log.ts'
import { dayNumber } from '../src/lib/utc-day.ts'
import { openStore } from '../src/store/engine/open.ts'
import { readingAt } from '../src/store/readings/reading-rows.ts'
import { storedColumns } from '../src/store/readings/rows.ts'

const batchRows = 10_000
const rowsPerPacket = 5_000
const rowsPerStatement = 50
/** To a MySQL, which has no bulk protocol: the size the store uses too. */
const rowsPerMysqlStatement = 500
/** Two connections saturate the server, one does not. */
const connections = 2
const devices = 2_000
/** Those of the first release, as `rows` fills them; later measures are null, as in most rows. */
const columns = storedColumns(Object.values(readingAt))
const framesPerRecord = 1_000

const [url = '', seconds = '3'] = process.argv.slice(2)
{
  await using store = await openStore(url, { log: silentLog, clock: systemClock })
  await store.migrate()
}
const rate = url.startsWith('sqlite:') ? sqlite() : await mysql()
console.log(JSON.stringify({ rows_per_s: Math.round(rate) }))

/** Rows as the pipeline stores them from the generator's lines; `pos` is set again for each batch. */
function rows(): (number | null)[][] {
  const now = Date.now()
  return Array.from({ length: batchRows }, (_, i) => [
    ...[dayNumber(now), 0, (i % framesPerRecord) * 1_024, 1 + (i % devices), 0, 1_000_000 + i, now, now + 2, 0],
    ...[
      (i * 2_654_435_761) % 2 ** 48,
      i % 3 === 0 ? 1 : 0,
      null,
      null,
      null,
      3.5 + (i % 7) / 100,
      null,
      null,
      -70 - (i % 30),
    ],
  ])
}

function renumber(batch: (number | null)[][], first: number) {
  for (const [i, row] of batch.entries()) row[1] = first + Math.floor(i / framesPerRecord)
}

function sqlite(): number {
  const db = new DatabaseSync(url.slice('sqlite:'.length))
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192',
  )
  const marks = `(${columns.map(() => '?').join(', ')})`
  const insert = db.prepare(
    `INSERT INTO reading (${columns.join(', ')}) VALUES ${Array(rowsPerStatement).fill(marks).join(', ')}`,
  )
  const batch = rows()
  let inserted = 0
  const began = performance.now()
  for (let pos = 1; performance.now() - began < Number(seconds) * 1_000; pos += batchRows / framesPerRecord) {
    renumber(batch, pos)
    db.exec('BEGIN IMMEDIATE')
    for (let at = 0; at < batchRows; at += rowsPerStatement)
      insert.run(...batch.slice(at, at + rowsPerStatement).flat())
    db.exec('COMMIT')
    inserted += batchRows
  }
  const rate = (inserted * 1_000) / (performance.now() - began)
  db.close()
  return rate
}

interface RawLine {
  query(sql: string): Promise<unknown>
  /** In one transaction that the caller begins and ends. */
  insert(batch: (number | null)[][]): Promise<void>
  end(): Promise<void>
}

function options() {
  const { hostname, port, username, password, pathname } = new URL(url)
  return { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) }
}
function insertSql(rows: number): string {
  const names = columns.map((name) => `\`${name}\``).join(', ')
  const marks = `(${columns.map(() => '?').join(', ')})`
  return `INSERT INTO \`reading\` (${names}) VALUES ${Array(rows).fill(marks).join(', ')}`
}

/** The fastest client of each server. */
async function openLine(): Promise<RawLine> {
  const line = await mariadb.createConnection({ ...options(), allowPublicKeyRetrieval: true })
  if (!line.info?.isMariaDB()) {
    await line.end()
    const other = await mysql2.createConnection(options())
    return {
      query: (sql) => other.query(sql),
      async insert(batch) {
        for (let at = 0; at < batch.length; at += rowsPerMysqlStatement)
          await other.execute(insertSql(rowsPerMysqlStatement), batch.slice(at, at + rowsPerMysqlStatement).flat())
      },
      end: () => other.end(),
    }
  }
  return {
    query: (sql) => line.query(sql),
    async insert(batch) {
      const packets: Promise<unknown>[] = []
      for (let at = 0; at < batch.length; at += rowsPerPacket)
        packets.push(line.batch(insertSql(1), batch.slice(at, at + rowsPerPacket)))
      await Promise.all(packets)
    },
    end: () => line.end(),
  }
}

async function mysql(): Promise<number> {
  const began = performance.now()
  const counts = await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const line = await openLine()
      const batch = rows()
      let inserted = 0
      for (let turn = connection; performance.now() - began < Number(seconds) * 1_000; turn += connections) {
        renumber(batch, 1 + (turn * batchRows) / framesPerRecord)
        await line.query('START TRANSACTION')
        await line.insert(batch)
        await line.query('COMMIT')
        inserted += batchRows
      }
      await line.end()
      return inserted
    }),
  )
  return (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - began)
}
