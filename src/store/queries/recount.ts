/**
 * The store counted again, row by row, in one snapshot, so that a batch committed meanwhile is either whole in it or not at all.
 *
 * - C1 Per sensor and epoch: highest - lowest + 1 = distinct numbers stored + numbers in its gaps, and no number is stored twice; the ends are
 *   those of what is stored and of its gaps. Epoch -1 holds possible repeats and has no order.
 * - C2 Per sensor: readings stored = what its state says = the sum of its days; missing numbers = its gaps = the sum of its days.
 * - C3 Per source: dead letters + discards = quarantined, in frames; numbers in the gaps of its sensors = lost.
 *
 * Memory is bounded: sensors are taken in pages, and the database adds up.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { apartEpoch } from '../../domain/reading.ts'
import { addSaturating, isSaturated, readSum } from '../../lib/sum.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturatingTotal } from '../engine/sums.ts'
import type { ReadingKey } from '../readings/reading-block.ts'
import { keysInClosed, keysInOpen, openBlock } from '../readings/reading-lookup.ts'
import type { Cursor, LedgerTotals } from '../store.ts'
import { ledgerSums } from '../tables/ledger.ts'
import type { Tables } from '../tables.ts'
import { ledgerTotal, sharedQueries } from './shared-queries.ts'

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
  /** Told after each page of sensors. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Sensors counted at once: what is held of them grows with their history. */
const sensorsPerPage = 16
const failuresMax = 100

type Tally = { -readonly [K in keyof SourceRecount]: SourceRecount[K] }

export async function recount(runner: SqlRunner, journal: string, { onProgress }: RecountOptions): Promise<Recount> {
  const { db, all } = runner
  const failures: string[] = []
  let failuresTotal = 0
  const fail = (row: string) => {
    failuresTotal++
    if (failures.length < failuresMax) failures.push(row)
  }
  const sources = new Map<string, Tally>()
  const tally = (source: string): Tally =>
    sources.getOrInsertComputed(source, () => ({
      ...{ source, committed: 0, duplicate: 0, quarantined: 0, tentative: 0, lost: 0, damaged: 0 },
      ...{ readings: 0, deadLetters: 0, discarded: 0, openGaps: 0, confirmedLost: 0 },
    }))

  const open = await openBlock(runner)
  const newest = Map.groupBy(await keysInOpen(runner, open), ({ device }) => device)
  const { cursor, totals } = await sharedQueries(runner).ledgerAt(journal)
  await addSums()
  const { sensors, epochs, readings } = await addSensors()
  const counted = (await count('reading')) + (await forgottenRows())
  if (counted !== readings)
    fail(`reading: ${counted} rows are stored, ${readings} of them belong to sensors that are known`)
  for (const row of [...sources.values()].sort((a, b) => (a.source < b.source ? -1 : 1))) checkSource(row, fail)
  return { cursor, totals, sources: [...sources.values()], sensors, epochs, failures, failuresTotal }

  async function count(table: 'reading' | 'device'): Promise<number> {
    const query = db.selectFrom(table).select(({ fn }) => fn.countAll().as('n'))
    return Number((await all(query.compile()))[0]?.n)
  }

  async function forgottenRows(): Promise<number> {
    const query = db.selectFrom('reading_forgotten').select(({ fn }) => fn.sum('rows_gone').as('n'))
    return Number((await all(query.compile()))[0]?.n ?? 0)
  }

  /** What ledger, dead letters and discards hold, by source. */
  async function addSums() {
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

  async function addSensors() {
    const total = await count('device')
    let last = 0
    let sensors = 0
    let epochs = 0
    let readings = 0
    for (;;) {
      const page = await sensorPage(last)
      if (page.length === 0) return { sensors, epochs, readings }
      for (const sensor of page) {
        checkSensor(sensor, fail)
        const sums = tally(sensor.source)
        for (const { epoch, missing } of sensor.epochs)
          if (epoch === sensor.epoch) sums.openGaps = addSaturating(sums.openGaps, missing)
          else sums.confirmedLost = addSaturating(sums.confirmedLost, missing)
        sums.readings += sensor.rows
        readings += sensor.rows
        epochs += sensor.epochs.length
      }
      last = page.at(-1)?.id as number
      sensors += page.length
      onProgress?.(sensors, total)
      // A dialect that answers at once would keep this thread to itself.
      await setImmediate()
    }
  }

  async function sensorPage(after: number): Promise<readonly Sensor[]> {
    const columns = [
      'id',
      'source',
      'external',
      'epoch',
      'min_seq',
      'max_seq',
      'distinct_count',
      'missing_before',
      'readings',
    ] as const
    const devices = await all(
      db
        .selectFrom('device')
        .select(columns)
        .where('id', '>', after)
        .orderBy('id')
        .limit(sql.lit(sensorsPerPage))
        .compile(),
    )
    const from = devices[0]?.id ?? 0
    const to = devices.at(-1)?.id ?? 0
    const closed = open ? await keysInClosed(runner, open.block, { fromDevice: from, toDevice: to }) : []
    const storedOf = Map.groupBy(closed, ({ device }) => device)
    const gaps = await all(
      db
        .selectFrom('gap')
        .select([
          ...(['device', 'epoch'] as const),
          ...[sql<number>`min(${sql.ref('from_seq')})`.as('from'), sql<number>`max(${sql.ref('to_seq')})`.as('to')],
          saturatingTotal(sql`(${sql.ref('to_seq')} - ${sql.ref('from_seq')} + 1)`).as('missing'),
        ])
        .where('device', '>=', from)
        .where('device', '<=', to)
        .groupBy(['device', 'epoch'])
        .compile(),
    )
    const forgotten = await all(
      db
        .selectFrom('reading_forgotten')
        .select(['device', 'epoch', 'rows_gone', 'numbers', 'min_seq', 'max_seq'])
        .where('device', '>=', from)
        .where('device', '<=', to)
        .compile(),
    )
    const forgottenOf = Map.groupBy(forgotten, ({ device }) => device)
    const days = await all(
      db
        .selectFrom('sensor_day')
        .select([
          'device',
          saturatingTotal(sql.ref('readings')).as('readings'),
          saturatingTotal(sql.ref('lost')).as('lost'),
        ])
        .where('device', '>=', from)
        .where('device', '<=', to)
        .groupBy('device')
        .compile(),
    )
    const gapsOf = Map.groupBy(gaps, ({ device }) => device)
    const daysOf = new Map(days.map((row) => [row.device, row]))
    return devices.map((device) => {
      const gapOf = new Map(gapsOf.get(device.id)?.map((gap) => [gap.epoch, gap]))
      const keys = [...(storedOf.get(device.id) ?? []), ...(newest.get(device.id) ?? [])]
      const gone = forgottenOf.get(device.id) ?? []
      const epochs = new Set([...keys, ...gone].map(({ epoch }) => epoch))
      const rows = [...epochs].map((epoch) => ({
        epoch,
        ...numbersOf(
          keys.filter((key) => key.epoch === epoch),
          gone.filter((day) => day.epoch === epoch),
          gapOf.get(epoch),
        ),
        missing: readSum(gapOf.get(epoch)?.missing ?? 0),
      }))
      const known = new Set(rows.map(({ epoch }) => epoch))
      return {
        ...device,
        epochs: rows,
        rows: rows.reduce((sum, row) => sum + row.rows, 0),
        strayGaps: [...gapOf.keys()].filter((epoch) => !known.has(epoch)),
        dayReadings: readSum(daysOf.get(device.id)?.readings),
        dayLost: readSum(daysOf.get(device.id)?.lost),
      }
    })
  }
}

interface Sensor {
  readonly id: number
  readonly source: string
  readonly external: string
  readonly epoch: number
  readonly min_seq: number | null
  readonly max_seq: number | null
  readonly distinct_count: number
  readonly missing_before: number
  readonly readings: number
  readonly epochs: readonly EpochRows[]
  readonly rows: number
  /** Epochs with gaps and without a reading. */
  readonly strayGaps: readonly number[]
  readonly dayReadings: number
  readonly dayLost: number
}

interface EpochRows {
  readonly epoch: number
  readonly rows: number
  readonly numbered: number
  readonly distinct: number
  readonly min: number | null
  readonly max: number | null
  readonly missing: number
}

/**
 * What is stored, and what retention has taken away: a number is never stored on two days. Numbers may be missing beyond those stored, across
 * the wrap of a counter.
 */
function numbersOf(
  keys: readonly ReadingKey[],
  gone: readonly Pick<Tables['reading_forgotten'], 'rows_gone' | 'numbers' | 'min_seq' | 'max_seq'>[],
  gap: { readonly from: number; readonly to: number } | undefined,
): Omit<EpochRows, 'epoch' | 'missing'> {
  const numbers = keys.flatMap(({ seq }) => (seq === null ? [] : [seq]))
  const ends = [
    ...[...numbers, ...gone.flatMap(({ min_seq, max_seq }) => [min_seq, max_seq])],
    ...(gap ? [Number(gap.from), Number(gap.to)] : []),
  ].filter((seq) => seq !== null)
  const sum = (of: 'rows_gone' | 'numbers') => gone.reduce((total, day) => total + Number(day[of]), 0)
  return {
    rows: keys.length + sum('rows_gone'),
    numbered: numbers.length + sum('numbers'),
    distinct: new Set(numbers).size + sum('numbers'),
    min: ends.reduce<number | null>((least, seq) => (least === null || seq < least ? seq : least), null),
    max: ends.reduce<number | null>((most, seq) => (most === null || seq > most ? seq : most), null),
  }
}

function checkSensor(sensor: Sensor, fail: (row: string) => void) {
  const { source, external, epochs, rows, readings, dayReadings, dayLost } = sensor
  const name = `sensor ${external} of ${source}`
  for (const { epoch, min, max, numbered, distinct, missing } of epochs) {
    // Possible repeats are kept apart: their numbers are no part of any boot.
    if (epoch === apartEpoch) continue
    const spanned = min === null || max === null ? 0 : max - min + 1
    if (numbered !== distinct) fail(`${name}, epoch ${epoch}: ${numbered - distinct} numbers are stored more than once`)
    if (differs(missing, spanned - distinct))
      fail(`${name}, epoch ${epoch}: numbers ${min} to ${max} are ${spanned}, stored ${distinct} + missing ${missing}`)
  }
  for (const epoch of sensor.strayGaps) fail(`${name}, epoch ${epoch}: has gaps and no readings`)
  const current = epochs.find(({ epoch }) => epoch === sensor.epoch)
  if (sensor.min_seq !== (current?.min ?? null) || sensor.max_seq !== (current?.max ?? null))
    fail(
      `${name}: its state says numbers ${sensor.min_seq} to ${sensor.max_seq}, its readings ${current?.min} to ${current?.max}`,
    )
  if (sensor.distinct_count !== (current?.distinct ?? 0))
    fail(`${name}: its state says ${sensor.distinct_count} numbers, ${current?.distinct ?? 0} are stored`)
  if (rows !== readings) fail(`${name}: ${rows} readings are stored, its state says ${readings}`)
  if (rows !== dayReadings) fail(`${name}: ${rows} readings are stored, its days say ${dayReadings}`)
  const before = epochs.reduce(
    (sum, { epoch, missing }) => (epoch === sensor.epoch ? sum : addSaturating(sum, missing)),
    0,
  )
  const missing = addSaturating(before, current?.missing ?? 0)
  if (differs(sensor.missing_before, before))
    fail(`${name}: ${before} numbers of ended epochs are missing, its state says ${sensor.missing_before}`)
  if (differs(dayLost, missing)) fail(`${name}: ${missing} numbers are missing, its days say ${dayLost}`)
}

/** A sum that is full says "at least": it cannot be recounted, and is no failure. */
const differs = (stored: number, counted: number) => !isSaturated(stored) && stored !== counted

function checkSource(row: SourceRecount, fail: (row: string) => void) {
  const { source, deadLetters, discarded, quarantined, lost, openGaps, confirmedLost } = row
  if (deadLetters + discarded !== quarantined)
    fail(
      `source ${source}: ${quarantined} frames were quarantined, ${deadLetters} are dead letters and ${discarded} were discarded`,
    )
  if (differs(lost, addSaturating(openGaps, confirmedLost)))
    fail(
      `source ${source}: the ledger says ${lost} numbers are lost, the gaps of its sensors hold ${openGaps + confirmedLost}`,
    )
}
