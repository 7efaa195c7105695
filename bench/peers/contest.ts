/** One peer on one line and one database of its own: bursts of lines, faults in the middle of them, and what the table has in the end. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mariadb from 'mariadb'
import type { DatabaseServer } from '../../src/store/testing/mariadb-fixture.ts'
import { type Board, startBoard } from '../run/board.ts'
import { distantLine } from '../run/distant-line.ts'
import { rounded } from '../run/figures.ts'
import { type MeasuredProcess, usageMeter } from '../run/measured-process.ts'
import { numberOf } from '../run/numbered-line.ts'
import { type Account, accountFor } from '../run/truth.ts'
import { type Database, lineTable, type Peer } from './peer.ts'

export type Fault = 'none' | 'outage' | 'kill' | 'kill-writer'

export interface Round {
  readonly rate: number
  readonly seconds: number
  readonly fault: Fault
  /** Length of the outage. */
  readonly outageS: number
  /** Nothing new for so long: what is missing is lost. */
  readonly settleMs: number
  /** A backlog that takes longer counts as lost. */
  readonly drainMsMax: number
}

export interface RoundResult extends Account {
  readonly rate: number
  /** Rate that the board reached. */
  readonly offered: number
  /** Stored, over the time from the first line to the last row. */
  readonly rows_per_s: number
  readonly cpu_s_per_million: number
  readonly database_cpu_s_per_million: number
  readonly pss_mb: number
}

export interface Contest extends AsyncDisposable {
  run(round: Round): Promise<RoundResult>
}

export interface ContestOptions {
  readonly peer: Peer
  readonly server: DatabaseServer
  readonly sensors: number
  /** Round trip to the database; 0 is the loopback as it is. */
  readonly distanceMs: number
}

const lookMs = 250
/** A fault comes when this share of the burst has been sent. */
const faultAt = 0.4

export async function openContest({ peer, server, sensors, distanceMs }: ContestOptions): Promise<Contest> {
  await using undo = new AsyncDisposableStack()
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-peer-'))
  undo.defer(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const home = databaseOf(await server.createDatabase())
  undo.defer(() => server.execute(`DROP DATABASE ${home.database}`).then(() => {}))
  if (peer.table === 'line') await server.execute(lineTable, home.database)
  const far = distanceMs > 0 ? undo.use(await distantLine(home.port, distanceMs)) : undefined
  const board: Board = undo.use(await startBoard())
  const job = { line: board.path, database: far ? { ...home, port: far.port } : home, dir }
  let program: MeasuredProcess = await peer.start(job)
  undo.defer(() => program.stop())
  let next = 0

  async function killed(): Promise<MeasuredProcess> {
    const before = program
    await board.closed(true)
    await before.kill()
    board.unlock()
    const starting = peer.start(job)
    // It is raced, or awaited later: a rejection before that must not end the process.
    starting.catch(() => {})
    // The line is read again as soon as the port is open, not when everything else is ready.
    await board.opened()
    await board.closed(false)
    program = await starting
    return before
  }

  async function run(round: Round): Promise<RoundResult> {
    const { rate, seconds, fault, outageS } = round
    const databaseMeter = usageMeter(() => [server.pid])
    const databaseBefore = databaseMeter.usage().cpu_s
    const before = program.usage().cpu_s
    const first = Math.ceil(next / sensors) * sensors
    const from = performance.now()
    const burst = board.send({ first, rate, seconds, sensors })
    // Its error is reported by the await below.
    burst.catch(() => {})
    let ended = 0
    await sleep(fault === 'none' ? 0 : seconds * 1_000 * faultAt)
    const writer = fault === 'kill-writer' ? peer.writerPid?.(program) : undefined
    if (writer !== undefined) process.kill(writer, 'SIGKILL')
    else if (fault === 'kill' || fault === 'kill-writer') ended = (await killed()).usage().cpu_s
    if (fault === 'outage') {
      await server.kill()
      await sleep(outageS * 1_000)
      await server.start()
    }
    const sent = await burst
    next = first + sent.count
    const wanted = sent.count - sent.damaged.length
    const range = { from: first / sensors, to: Math.ceil(next / sensors) }
    const grewAt = await drained(() => rowCount(server, home, peer, range), wanted, round)
    const { numbers, wrong } = await rowsOf(home, peer, range, sensors)
    const account = accountFor(sent, numbers, wrong)
    const usage = program.usage()
    databaseMeter.stop()
    const millions = account.stored / 1e6
    return {
      rate,
      offered: sent.rate,
      ...account,
      rows_per_s: Math.round(account.stored / ((grewAt - from) / 1_000)),
      cpu_s_per_million: rounded((usage.cpu_s + ended - before) / millions, 1),
      database_cpu_s_per_million: rounded((databaseMeter.usage().cpu_s - databaseBefore) / millions, 1),
      pss_mb: Math.round(usage.pss_mb),
    }
  }

  const kept = undo.move()
  return { run, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** When the last row came. */
async function drained(count: () => Promise<number>, wanted: number, { settleMs, drainMsMax }: Round): Promise<number> {
  let stored = -1
  let grewAt = performance.now()
  for (const end = grewAt + drainMsMax; performance.now() < end; await sleep(lookMs)) {
    const now = await count().catch(() => stored)
    if (now > stored) grewAt = performance.now()
    stored = now
    if (stored >= wanted || performance.now() - grewAt > settleMs) break
  }
  return grewAt
}

interface Range {
  readonly from: number
  readonly to: number
}

async function rowCount(
  server: DatabaseServer,
  { database }: Database,
  { table }: Peer,
  { from, to }: Range,
): Promise<number> {
  const [row] = await server.execute(
    `SELECT COUNT(*) AS n FROM ${table} WHERE seq >= ${from} AND seq < ${to}`,
    database,
  )
  return Number(row?.['n'] ?? 0)
}

/** Numbers of the lines that rows say they were; `wrong` are rows that no line was. */
async function rowsOf(home: Database, { table }: Peer, { from, to }: Range, sensors: number) {
  const connection = await mariadb.createConnection({ ...home, rowsAsArray: true, bigIntAsNumber: true })
  try {
    const rows: [string, number][] = await connection.query(
      table === 'line'
        ? `SELECT sensor, seq FROM line WHERE seq >= ${from} AND seq < ${to}`
        : `SELECT external, seq FROM reading JOIN device ON device.id = reading.device WHERE seq >= ${from} AND seq < ${to}`,
    )
    const numbers = rows.map(([sensor, seq]) => numberOf(sensor, seq, sensors))
    return { numbers, wrong: numbers.filter(Number.isNaN).length }
  } finally {
    await connection.end()
  }
}

function databaseOf(url: string): Database {
  const { hostname, port, username, password, pathname } = new URL(url)
  return { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) }
}
