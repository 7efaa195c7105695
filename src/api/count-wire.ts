/** Count zones and their trail on the wire. */
import type { CountChangeOnWire, CountZone, NewRecount } from '@baykeeper/contract/count.ts'
import type { Instant } from '../lib/brand.ts'
import type { CountChangeRow } from '../store/store.ts'
import type { ShownCount } from './live/shown-counts.ts'
import { iso } from './wire.ts'

const isoOrNull = (at: Instant | null | undefined) => (at === null || at === undefined ? null : iso(at))

export function countZoneOnWire(
  { zone, row, state, free, silent, arrived }: ShownCount,
  name: string,
  now: Instant,
): CountZone {
  const { capacity, offset, reset } = zone
  const isAsStored = row?.state === state
  return {
    ...{ site: zone.site, level: zone.level, zone: zone.zone, name, state, capacity, offset },
    since: isoOrNull(isAsStored ? row.since : null),
    vehicles: row?.vehicles ?? null,
    band: row && row.low !== null && row.high !== null ? { low: row.low, high: row.high } : null,
    free: state === 'known' ? free : null,
    set: row && row.setAt !== null && row.setTo !== null ? { at: iso(row.setAt), vehicles: row.setTo } : null,
    ...{ entries: row?.entries ?? 0, exits: row?.exits ?? 0 },
    cut: { empty: row?.cutEmpty ?? 0, full: row?.cutFull ?? 0 },
    mismatch:
      row && row.mismatchSince !== null && state !== 'stale'
        ? { since: iso(row.mismatchSince), vehicles: row.mismatch }
        : null,
    reset: reset ?? null,
    silent: [...silent],
    counted: isoOrNull(row?.counted),
    arrived: isoOrNull(arrived),
    age_s: arrived === undefined ? null : Math.max(0, now - arrived) / 1_000,
  }
}

export const countChangeOnWire = (row: CountChangeRow): CountChangeOnWire => ({
  ...{ site: row.site, level: row.level, zone: row.zone, change: row.change },
  id: row.id === '' ? null : row.id,
  at: iso(row.time),
  ...{ vehicles: row.vehicles, before: row.before },
  difference: row.before === null || row.cut > 0 ? null : row.vehicles - row.before,
  ...{ traffic: row.traffic, cut: row.cut, author: row.author, reason: row.reason },
})

/** Whether the same recount is asked for again. */
export const isSameRecount = (row: CountChangeRow, asked: NewRecount): boolean =>
  row.site === asked.site &&
  row.level === asked.level &&
  row.zone === asked.zone &&
  row.vehicles === asked.vehicles &&
  row.reason === asked.reason.trimEnd()
