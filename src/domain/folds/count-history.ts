/** What count zones were, change by change: a row where anything of one that is shown is another. */
import { type Instant, instant } from '../../lib/brand.ts'
import { countKey } from '../counting.ts'
import type { CountStateRow, CountZoneRow } from './count-rows.ts'

export interface CountHistory {
  note(row: CountZoneRow, time: Instant): void
  take(): readonly CountStateRow[]
}

/** `stored`: the newest of each zone. */
export function createCountHistory(stored: readonly CountStateRow[]): CountHistory {
  const newest = new Map(stored.map((row) => [countKey(row), row]))
  let changed = new Map<string, CountStateRow>()
  return {
    note({ site, level, zone, state, capacity, offset, vehicles, low, high, mismatch }, time) {
      const name = { site, level, zone }
      const key = countKey(name)
      const before = newest.get(key)
      const shown = { state, capacity, offset, vehicles, low, high, mismatch }
      if (before && isSame(before, shown)) return
      // Times of one zone never go back, as those of a bay.
      const row = { ...name, time: instant(Math.max(time, before?.time ?? 0)), ...shown }
      newest.set(key, row)
      // Of several at one time the last one counts.
      changed.set(`${key} ${row.time}`, row)
    },
    take() {
      if (changed.size === 0) return noStates
      const taken = [...changed.values()]
      changed = new Map()
      return taken
    },
  }
}

const noStates: readonly CountStateRow[] = []

type Shown = Omit<CountStateRow, 'site' | 'level' | 'zone' | 'time'>
const isSame = (a: Shown, b: Shown) =>
  a.state === b.state &&
  a.capacity === b.capacity &&
  a.offset === b.offset &&
  a.vehicles === b.vehicles &&
  a.low === b.low &&
  a.high === b.high &&
  a.mismatch === b.mismatch
