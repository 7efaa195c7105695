/** The history in memory: what every dialect must do with a batch of it, in the plainest way. */

import { type HistoryBatch, type OccupancyRow, type SessionRow, sessionList } from '../store.ts'
import { change } from '../table.ts'
import { deviceHealth } from '../tables/device-health.ts'
import { occupancy } from '../tables/occupancy.ts'
import { zoneCount } from '../tables/zone-count.ts'
import { createMemoryTable } from './memory-table.ts'

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
  const places = createMemoryTable(occupancy)
  const counts = createMemoryTable(zoneCount)
  const health = createMemoryTable(deviceHealth)
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
      places.apply(change(occupancy, batch.occupancy))
      counts.apply(change(zoneCount, batch.counts))
      health.apply(change(deviceHealth, batch.health))
    },
    all: () => ({
      sessions: sorted(sessions),
      occupancy: places.rows(),
      counts: counts.rows(),
      health: health.rows(),
    }),
    newest: () =>
      [
        ...Map.groupBy(places.rows(), ({ spanMs, site, level, zone }) => JSON.stringify([spanMs, site, level, zone])),
      ].map(([, rows]) => rows.at(-1) as OccupancyRow),
  }
}
