/** Where the frames of the batch in hand went, by source and UTC day of arrival. */
import type { LedgerDelta } from '../store/store.ts'

type Column = 'committed' | 'duplicate' | 'quarantined' | 'lost' | 'damaged'
type Row = { -readonly [K in keyof LedgerDelta]: LedgerDelta[K] }

export interface LedgerBook {
  add(source: string, arrivedMs: number, column: Column, count: number): void
  rows(): readonly LedgerDelta[]
}

const dayMs = 86_400_000
const dayNames = new Map<number, string>()

/** UTC day of a time in milliseconds, `YYYY-MM-DD`. */
export function utcDay(ms: number): string {
  const day = Math.floor(ms / dayMs)
  let name = dayNames.get(day)
  if (name === undefined) {
    if (dayNames.size > 64) dayNames.clear()
    name = new Date(day * dayMs).toISOString().slice(0, 10)
    dayNames.set(day, name)
  }
  return name
}

export function createLedgerBook(): LedgerBook {
  const rows = new Map<string, Row>()
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
      row[column] += count
    },
    rows: () => [...rows.values()],
  }
}
