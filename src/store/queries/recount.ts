/**
 * The store counted again, row by row, in one snapshot, so that a batch committed meanwhile is either whole in it or not at all.
 *
 * - C1 Per sensor and epoch: highest - lowest + 1 = distinct numbers stored + numbers in its gaps, and no number is stored twice; the ends are
 *   those of what is stored and of its gaps. Epoch -1 holds possible repeats and has no order.
 * - C2 Per sensor: readings stored = the number in its state = the sum of its days; missing numbers = its gaps = the sum of its days.
 * - C3 Per source: dead letters + discards = quarantined, in frames; numbers in the gaps of its sensors = lost.
 *
 * Memory is bounded: sensors are taken in pages, and the database adds up.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { addSaturating, readSum } from '../../lib/sum.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { Cursor, LedgerTotals } from '../store.ts'
import { ledgerSums } from '../tables/ledger.ts'
import { ledgerQueries, ledgerTotal } from './ledger-queries.ts'
import { checkSensor, differs, openSensorPages, type SensorRows } from './recount-sensors.ts'

/** What the rows of one source add up to. */
export interface SourceRecount {
  readonly source: string
  readonly committed: number
  readonly duplicate: number
  readonly quarantined: number
  /** Frames that wait for a decision; in the ledger they are part of the quarantined ones. */
  readonly tentative: number
  readonly lost: number
  readonly damaged: number
  readonly readings: number
  /** In frames: a letter may stand for a record of several. */
  readonly deadLetters: number
  readonly discarded: number
  /** Missing in the current epochs of its sensors: a late frame may still come. */
  readonly openGaps: number
  /** Missing in epochs that have ended. */
  readonly confirmedLost: number
}

export interface Recount {
  /** Of the journal asked about, in the same snapshot. */
  readonly cursor: Cursor
  readonly totals: LedgerTotals
  readonly sources: readonly SourceRecount[]
  readonly sensors: number
  readonly epochs: number
  /** Rows that do not close, named; the first hundred. */
  readonly failures: readonly string[]
  readonly failuresTotal: number
}

export interface RecountOptions {
  /** Called after each page of sensors. */
  readonly onProgress?: (done: number, total: number) => void
}

const failuresMax = 100

type Tally = { -readonly [K in keyof SourceRecount]: SourceRecount[K] }
/** The sums of a source, made when it is met. */
type TallyOf = (source: string) => Tally

const emptyTally = (source: string): Tally => ({
  ...{ source, committed: 0, duplicate: 0, quarantined: 0, tentative: 0, lost: 0, damaged: 0 },
  ...{ readings: 0, deadLetters: 0, discarded: 0, openGaps: 0, confirmedLost: 0 },
})

export async function recount(runner: SqlRunner, journal: string, options: RecountOptions): Promise<Recount> {
  const failures: string[] = []
  let failuresTotal = 0
  const fail = (row: string) => {
    failuresTotal++
    if (failures.length < failuresMax) failures.push(row)
  }
  const tallies = new Map<string, Tally>()
  const tally: TallyOf = (source) => tallies.getOrInsertComputed(source, emptyTally)

  const pageAfter = await openSensorPages(runner)
  const { cursor, totals } = await ledgerQueries(runner).ledgerAt(journal)
  await addSums(runner, tally)
  const total = await rowsOf(runner, 'device')
  let sensors = 0
  let epochs = 0
  let readings = 0
  for (let page = await pageAfter(0); page.length > 0; page = await pageAfter(page.at(-1)?.id as number)) {
    for (const sensor of page) {
      checkSensor(sensor, fail)
      addSensor(tally(sensor.source), sensor)
      readings += sensor.rows
      epochs += sensor.epochs.length
    }
    sensors += page.length
    options.onProgress?.(sensors, total)
    // A dialect that answers at once would keep this thread to itself.
    await setImmediate()
  }
  const counted = (await rowsOf(runner, 'reading')) + (await forgottenRows(runner))
  if (counted !== readings)
    fail(`reading: ${counted} rows are stored, ${readings} of them belong to sensors that are known`)
  const sources = [...tallies.values()]
  for (const row of sources.toSorted((a, b) => (a.source < b.source ? -1 : 1))) checkSource(row, fail)
  return { cursor, totals, sources, sensors, epochs, failures, failuresTotal }
}

async function rowsOf({ db, all }: SqlRunner, table: 'reading' | 'device'): Promise<number> {
  const query = db.selectFrom(table).select(({ fn }) => fn.countAll().as('n'))
  return Number((await all(query.compile()))[0]?.n)
}

async function forgottenRows({ db, all }: SqlRunner): Promise<number> {
  const query = db.selectFrom('reading_forgotten').select(({ fn }) => fn.sum('rows_gone').as('n'))
  return Number((await all(query.compile()))[0]?.n ?? 0)
}

/** What ledger, dead letters and discards hold, by source. */
async function addSums({ db, all }: SqlRunner, tally: TallyOf) {
  const sums = ledgerSums.map((column) => ledgerTotal(column).as(column))
  for (const row of await all(
    db
      .selectFrom('ledger')
      .select(['source', ...sums])
      .groupBy('source')
      .compile(),
  ))
    for (const column of ledgerSums) tally(row.source)[column] = readSum(row[column])
  const frames = sql<
    number | string
  >`sum(case when json_valid(${sql.ref('head')}) then coalesce(json_extract(${sql.ref('head')}, '$.frames'), 1) else 1 end)`
  const letters = db
    .selectFrom('dead_letter')
    .select(['source', frames.as('frames')])
    .groupBy('source')
  for (const row of await all(letters.where('state', '<>', 'tentative').compile()))
    tally(row.source).deadLetters = Number(row.frames)
  for (const row of await all(letters.where('state', '=', 'tentative').compile())) {
    const sums = tally(row.source)
    sums.tentative = Number(row.frames)
    sums.quarantined -= sums.tentative
  }
  const discards = db
    .selectFrom('discard')
    .select(['source', sql<number | string>`sum(${sql.ref('frames')})`.as('frames')])
    .groupBy('source')
  for (const row of await all(discards.compile())) tally(row.source).discarded = Number(row.frames)
}

function addSensor(sums: Tally, { epoch: current, epochs, rows }: SensorRows) {
  for (const { epoch, missing } of epochs)
    if (epoch === current) sums.openGaps = addSaturating(sums.openGaps, missing)
    else sums.confirmedLost = addSaturating(sums.confirmedLost, missing)
  sums.readings += rows
}

/** C3. */
function checkSource(row: SourceRecount, fail: (row: string) => void) {
  const { source, deadLetters, discarded, quarantined, lost, openGaps, confirmedLost } = row
  if (deadLetters + discarded !== quarantined)
    fail(
      `source ${source}: ${quarantined} frames were quarantined, ${deadLetters} are dead letters and ${discarded} were discarded`,
    )
  if (differs(lost, addSaturating(openGaps, confirmedLost)))
    fail(
      `source ${source}: the ledger counts ${lost} lost numbers, the gaps of its sensors hold ${openGaps + confirmedLost}`,
    )
}
