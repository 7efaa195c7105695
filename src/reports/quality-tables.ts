/** Tables of data quality: sensors that were missing, and what was lost. */
import { reportTables } from '@baykeeper/contract/reports.ts'
import { normalHardwareId } from '../domain/hardware-id.ts'
import { dayMs, dayNumber } from '../lib/utc-day.ts'
import type { Store } from '../store/store.ts'
import type { Period } from './period.ts'
import type { FilledTable, ReportRow } from './report.ts'
import type { Scope } from './scope.ts'

type QualityStore = Pick<Store, 'devices' | 'deviceDays' | 'lossTotals'>

/** UTC days that begin in a period, both inclusive, so that each counts in one report alone. None: `to` is before `from`. */
const utcDaysOf = ({ begin, end }: Period) => ({ from: dayNumber(begin - 1) + 1, to: dayNumber(end - 1) })
export const isUtcDays = ({ begin }: Period): boolean => begin % dayMs === 0

/** A device of several sources has a row for each. */
export async function devicesTable(store: QualityStore, scope: Scope, period: Period): Promise<FilledTable> {
  const span = utcDaysOf(period)
  const days = span.to - span.from + 1
  const known = days > 0 ? await store.deviceDays(span) : []
  const sums = new Map(known.map((row) => [row.device, row]))
  const silent = new Map(scope.devices)
  const rows: ReportRow[] = []
  const rowOf = (device: string, source: string, bay: string, of: ReturnType<typeof sums.get>): ReportRow => ({
    ...{
      device,
      source,
      bay,
      days: of?.days ?? 0,
      uptime: days > 0 ? Math.min(1, (of?.days ?? 0) / days) : null,
      stored: of?.committed ?? 0,
    },
    ...{ duplicates: of?.duplicate ?? 0, dead_letters: of?.quarantined ?? 0, missing: of?.lost ?? 0 },
  })
  for (const { id, external, source } of await store.devices()) {
    const name = normalHardwareId(external)
    const bay = scope.devices.get(name)
    if (bay === undefined) continue
    silent.delete(name)
    rows.push(rowOf(external, source, bay, sums.get(id)))
  }
  for (const [device, bay] of silent) rows.push(rowOf(device, '', bay, undefined))
  const key = ({ device, source }: ReportRow) => `${device} ${source}`
  rows.sort((a, b) => Number(a['days']) - Number(b['days']) || (key(a) < key(b) ? -1 : 1))
  return { table: reportTables.devices, rows }
}

export async function lossesTable(store: QualityStore, period: Period): Promise<FilledTable> {
  const span = utcDaysOf(period)
  const totals = span.to < span.from ? [] : await store.lossTotals(span)
  const rows = totals.map(({ cause, frames, uncounted }) => ({ cause, frames, losses_of_unknown_size: uncounted }))
  return { table: reportTables.losses, rows }
}
