/** The sensors of a recount, page by page: their rows beside what is stored of them, and whether both agree (C1 and C2 of recount.ts). */
import { sql } from 'kysely'
import { apartEpoch } from '../../domain/reading.ts'
import { addSaturating, isSaturated, readSum } from '../../lib/sum.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturatingTotal } from '../engine/sums.ts'
import type { ReadingKey } from '../readings/reading-block.ts'
import { keysInClosed, keysInOpen, openBlock } from '../readings/reading-lookup.ts'
import type { Tables } from '../tables.ts'

/** Sensors counted at once: what is held of them grows with their history. */
const sensorsPerPage = 16

/** One sensor: its row, and what is stored of it. */
export interface SensorRows {
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

/** Answers with the sensors behind a number, some at a time, in the order of their numbers. */
export async function openSensorPages(runner: SqlRunner): Promise<(after: number) => Promise<readonly SensorRows[]>> {
  const open = await openBlock(runner)
  const newest = Map.groupBy(await keysInOpen(runner, open), ({ device }) => device)
  return async (after) => {
    const devices = await devicesAfter(runner, after)
    const range: Range = { from: devices[0]?.id ?? 0, to: devices.at(-1)?.id ?? 0 }
    const closed = open ? await keysInClosed(runner, open.block, { fromDevice: range.from, toDevice: range.to }) : []
    const closedOf = Map.groupBy(closed, ({ device }) => device)
    const gapsOf = await gapsByDevice(runner, range)
    const goneOf = await forgottenByDevice(runner, range)
    const daysOf = await daysByDevice(runner, range)
    return devices.map((device) => {
      const keys = [...(closedOf.get(device.id) ?? []), ...(newest.get(device.id) ?? [])]
      const { readings, lost } = daysOf.get(device.id) ?? {}
      return {
        ...device,
        ...epochsOf(keys, goneOf.get(device.id) ?? [], gapsOf.get(device.id) ?? []),
        ...{ dayReadings: readSum(readings), dayLost: readSum(lost) },
      }
    })
  }
}

type GapSpan = Awaited<ReturnType<typeof gapsByDevice>> extends Map<number, readonly (infer T)[]> ? T : never
type Forgotten = Awaited<ReturnType<typeof forgottenByDevice>> extends Map<number, readonly (infer T)[]> ? T : never

function epochsOf(keys: readonly ReadingKey[], gone: readonly Forgotten[], gaps: readonly GapSpan[]) {
  const gapOf = new Map(gaps.map((gap) => [gap.epoch, gap]))
  const known = new Set([...keys, ...gone].map(({ epoch }) => epoch))
  const epochs = [...known].map((epoch) => ({
    epoch,
    ...numbersOf(
      keys.filter((key) => key.epoch === epoch),
      gone.filter((day) => day.epoch === epoch),
      gapOf.get(epoch),
    ),
    missing: readSum(gapOf.get(epoch)?.missing ?? 0),
  }))
  return {
    epochs,
    rows: epochs.reduce((sum, { rows }) => sum + rows, 0),
    strayGaps: [...gapOf.keys()].filter((epoch) => !known.has(epoch)),
  }
}

/** Numbers of devices, inclusive. */
interface Range {
  readonly from: number
  readonly to: number
}

const devicesAfter = ({ db, all }: SqlRunner, after: number) =>
  all(
    db
      .selectFrom('device')
      .select([
        'id',
        'source',
        'external',
        'epoch',
        'min_seq',
        'max_seq',
        'distinct_count',
        'missing_before',
        'readings',
      ])
      .where('id', '>', after)
      .orderBy('id')
      .limit(sql.lit(sensorsPerPage))
      .compile(),
  )

async function gapsByDevice({ db, all }: SqlRunner, { from, to }: Range) {
  const query = db
    .selectFrom('gap')
    .select([
      ...(['device', 'epoch'] as const),
      ...[sql<number>`min(${sql.ref('from_seq')})`.as('from'), sql<number>`max(${sql.ref('to_seq')})`.as('to')],
      saturatingTotal(sql`(${sql.ref('to_seq')} - ${sql.ref('from_seq')} + 1)`).as('missing'),
    ])
    .where('device', '>=', from)
    .where('device', '<=', to)
    .groupBy(['device', 'epoch'])
  return Map.groupBy(await all(query.compile()), ({ device }) => device)
}

async function forgottenByDevice({ db, all }: SqlRunner, { from, to }: Range) {
  const query = db
    .selectFrom('reading_forgotten')
    .select(['device', 'epoch', 'rows_gone', 'numbers', 'min_seq', 'max_seq'])
    .where('device', '>=', from)
    .where('device', '<=', to)
  return Map.groupBy(await all(query.compile()), ({ device }) => device)
}

async function daysByDevice({ db, all }: SqlRunner, { from, to }: Range) {
  const sum = (column: 'readings' | 'lost') => saturatingTotal(sql.ref(column)).as(column)
  const query = db
    .selectFrom('sensor_day')
    .select(['device', sum('readings'), sum('lost')])
    .where('device', '>=', from)
    .where('device', '<=', to)
    .groupBy('device')
  return new Map((await all(query.compile())).map((row) => [row.device, row]))
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

/** C1 and C2. */
export function checkSensor(sensor: SensorRows, fail: (row: string) => void) {
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
      `${name}: its state has numbers ${sensor.min_seq} to ${sensor.max_seq}, its readings ${current?.min} to ${current?.max}`,
    )
  if (sensor.distinct_count !== (current?.distinct ?? 0))
    fail(`${name}: its state counts ${sensor.distinct_count} numbers, ${current?.distinct ?? 0} are stored`)
  if (rows !== readings) fail(`${name}: ${rows} readings are stored, its state counts ${readings}`)
  if (rows !== dayReadings) fail(`${name}: ${rows} readings are stored, its days count ${dayReadings}`)
  const before = epochs.reduce(
    (sum, { epoch, missing }) => (epoch === sensor.epoch ? sum : addSaturating(sum, missing)),
    0,
  )
  const missing = addSaturating(before, current?.missing ?? 0)
  if (differs(sensor.missing_before, before))
    fail(`${name}: ${before} numbers of ended epochs are missing, its state counts ${sensor.missing_before}`)
  if (differs(dayLost, missing)) fail(`${name}: ${missing} numbers are missing, its days count ${dayLost}`)
}

/** A saturated sum means "at least": it cannot be recounted, and is no failure. */
export const differs = (stored: number, counted: number) => !isSaturated(stored) && stored !== counted
