/**
 * Where the frames of the batch in hand went: by source and UTC day of arrival, and the same by sensor. Folded, so that a batch costs
 * one row for each day and sensor it touches, however many frames it holds.
 */
import { addSaturating } from '../lib/sum.ts'
import { dayName, dayNumber } from '../lib/utc-day.ts'
import type { LedgerDelta, SensorDayDelta } from '../store/store.ts'

type Column = 'committed' | 'duplicate' | 'quarantined' | 'lost' | 'damaged'
type SensorColumn = 'committed' | 'duplicate' | 'quarantined' | 'lost' | 'readings'
type Writable<T> = { -readonly [K in keyof T]: T[K] }

export interface LedgerBook {
  add(source: string, arrivedMs: number, column: Column, count: number): void
  rows(): readonly LedgerDelta[]
}

export interface SensorDayBook {
  /** `device`: its number. */
  add(device: number, day: number, column: SensorColumn, count: number): void
  has(device: number, day: number): boolean
  rows(): readonly SensorDayDelta[]
}

const dayNames = new Map<number, string>()
const dayNamesMax = 64

/** UTC day of a time in milliseconds, `YYYY-MM-DD`. */
export function utcDay(ms: number): string {
  const day = dayNumber(ms)
  let name = dayNames.get(day)
  if (name === undefined) {
    if (dayNames.size > dayNamesMax) dayNames.clear()
    name = dayName(day)
    dayNames.set(day, name)
  }
  return name
}

export function createLedgerBook(): LedgerBook {
  const rows = new Map<string, Writable<LedgerDelta>>()
  return {
    add(source, arrivedMs, column, count) {
      if (count === 0) return
      const day = utcDay(arrivedMs)
      const key = `${day} ${source}`
      const row = rows.getOrInsertComputed(key, () => ({
        source,
        day,
        committed: 0,
        duplicate: 0,
        quarantined: 0,
        lost: 0,
        damaged: 0,
      }))
      row[column] = addSaturating(row[column], count)
    },
    rows: () => [...rows.values()],
  }
}

const aDay = (day: number, device: number): Writable<SensorDayDelta> => ({
  ...{ day, device, committed: 0, duplicate: 0, quarantined: 0, lost: 0, readings: 0 },
})

export function createSensorDayBook(): SensorDayBook {
  const days = new Map<number, Map<number, Writable<SensorDayDelta>>>()
  return {
    add(device, day, column, count) {
      const rows = days.getOrInsertComputed(day, () => new Map())
      const row = rows.getOrInsertComputed(device, () => aDay(day, device))
      row[column] = addSaturating(row[column], count)
    },
    has: (device, day) => days.get(day)?.has(device) === true,
    rows: () => [...days.values()].flatMap((rows) => [...rows.values()]),
  }
}
