/** Entries and exits of count zones by the quarter of an hour. */
import { type Instant, instant } from '../../lib/brand.ts'
import { addSaturating } from '../../lib/sum.ts'
import { quarterMs } from '../occupancy-span.ts'
import type { CountStep, Fold } from './fold.ts'

/** Added to what is stored. */
export interface CountRow extends Omit<CountStep, 'from' | 'isFirst' | 'isDoubtful'> {
  /** DeviceState.id */
  readonly device: number
  readonly start: Instant
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export function zoneCounts(): Fold<readonly CountRow[], 'counted'> {
  let counts = new Map<string, Writable<CountRow>>()
  return {
    follows: ['counted'],
    apply({ device: { id }, step: { entries, exits, resets }, time }) {
      const start = instant(Math.floor(time / quarterMs) * quarterMs)
      const none = { device: id, start, entries: 0, exits: 0, resets: 0 }
      const row = counts.getOrInsertComputed(`${id} ${start}`, () => none)
      row.entries = addSaturating(row.entries, entries)
      row.exits = addSaturating(row.exits, exits)
      row.resets += resets
    },
    take() {
      const rows = [...counts.values()]
      counts = new Map()
      return rows
    },
  }
}
