/** The history in memory: what every dialect must do with a batch of it, in the plainest way. */
import {
  type CountDelta,
  type HealthRow,
  type HistoryBatch,
  type OccupancyRow,
  type SessionRow,
  sessionList,
} from '../store/store.ts'

export type Remembered = Pick<HistoryBatch, 'occupancy' | 'counts' | 'health'> & {
  readonly sessions: readonly SessionRow[]
}

export interface MemoryHistory {
  put(batch: HistoryBatch): void
  all(): Remembered
  newest(): OccupancyRow[]
}

export function createMemoryHistory(): MemoryHistory {
  const sessions = new Map<string, SessionRow>()
  const occupancy = new Map<string, OccupancyRow>()
  const counts = new Map<string, CountDelta>()
  const health = new Map<string, HealthRow>()
  const place = ({ spanMs, site, level, zone }: OccupancyRow) => JSON.stringify([spanMs, site, level, zone])
  const sorted = <T>(rows: ReadonlyMap<string, T>): T[] =>
    [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  return {
    put(batch) {
      // Told again it is the same stay; two of no length in one millisecond are one.
      for (const row of sessionList(batch.sessions))
        sessions.getOrInsert(`${row.device} ${row.departure} ${row.arrival}`, row)
      for (const { device, arrival, departure } of batch.sessionsGone ?? [])
        sessions.delete(`${device} ${departure} ${arrival}`)
      for (const row of batch.sessionsAdded ?? []) sessions.set(`${row.device} ${row.departure} ${row.arrival}`, row)
      for (const row of batch.occupancy) occupancy.set(`${place(row)} ${row.start}`, row)
      for (const row of batch.counts) {
        const key = `${row.device} ${row.start}`
        const before = counts.get(key) ?? { entries: 0, exits: 0, resets: 0 }
        const sums = { entries: before.entries + row.entries, exits: before.exits + row.exits }
        counts.set(key, { ...row, ...sums, resets: before.resets + row.resets })
      }
      for (const row of batch.health) {
        const key = `${row.device} ${row.day}`
        health.set(key, widened(health.get(key), row))
      }
    },
    all: () => ({
      ...{ sessions: sorted(sessions), occupancy: sorted(occupancy), counts: sorted(counts), health: sorted(health) },
    }),
    newest: () =>
      [...Map.groupBy(occupancy.values(), place).values()].map((rows) =>
        rows.reduce((newest, row) => (row.start > newest.start ? row : newest)),
      ),
  }
}

function widened(before: HealthRow | undefined, row: HealthRow): HealthRow {
  if (!before) return row
  const pick = (choose: (...values: number[]) => number, a: number | null, b: number | null) =>
    a === null ? b : b === null ? a : choose(a, b)
  return {
    ...row,
    minBatteryV: pick(Math.min, before.minBatteryV, row.minBatteryV),
    minBatteryPct: pick(Math.min, before.minBatteryPct, row.minBatteryPct),
    minTemperatureC: pick(Math.min, before.minTemperatureC, row.minTemperatureC),
    maxTemperatureC: pick(Math.max, before.maxTemperatureC, row.maxTemperatureC),
    minRssiDbm: pick(Math.min, before.minRssiDbm, row.minRssiDbm),
  }
}
