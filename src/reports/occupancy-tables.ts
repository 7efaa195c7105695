/** Tables of occupancy and peaks. */
import { reportTables } from '@baykeeper/contract/reports.ts'
import { minuteMs } from '../lib/utc-day.ts'
import { type CellSums, coverageOf, type Measured, occupancyOf, type Sums } from './occupancy-book.ts'
import type { FilledTable, ReportRow } from './report.ts'

const hourMs = 60 * minuteMs
export const less = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b)

/** Holidays only where the period has one. */
export function cellsTable(now: Measured, before: Measured | undefined): FilledTable {
  const rows = now.cells.flatMap((cell, i): ReportRow[] => {
    if (cell.day === 'holiday' && cell.ms === 0) return []
    const then = before?.cells[i]
    const [occupancy, was] = [occupancyOf(cell), then ? occupancyOf(then) : null]
    return [
      {
        ...{ day: cell.day, hour: cell.hour, occupancy, ...spreadOf(cell), coverage: coverageOf(cell) },
        ...{ full_min: fullMinOf(cell), hours: cell.ms / hourMs, days: cell.days },
        ...{ occupancy_before: was, coverage_before: then ? coverageOf(then) : null, change: less(occupancy, was) },
      },
    ]
  })
  return { table: reportTables.cells, rows }
}

const fullMinOf = ({ fullMs, knownMs }: Sums): number | null => (knownMs > 0 ? fullMs / minuteMs : null)

function spreadOf({ means }: CellSums) {
  const sorted = means.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  return sorted.length === 0
    ? { median: null, lowest: null, highest: null }
    : { median: median ?? null, lowest: sorted[0] ?? null, highest: sorted.at(-1) ?? null }
}

export const daysTable = ({ days }: Measured): FilledTable => ({
  table: reportTables.days,
  rows: days.map((day) => ({
    ...{ date: day.date, day: day.day, occupancy: occupancyOf(day), highest: day.highest },
    ...{ highest_bays: day.highest === null ? null : day.highestBays, highest_at: day.highestAt, lowest: day.lowest },
    ...{ coverage: coverageOf(day), full_min: fullMinOf(day), hours: day.ms / hourMs },
  })),
})

export const busyTable = ({ busy }: Measured): FilledTable => ({
  table: reportTables.busy,
  rows: busy.map(({ begin, end, highest }) => ({ begin, end, minutes: (end - begin) / minuteMs, highest })),
})

export const qualityDaysTable = ({ days }: Measured): FilledTable => ({
  table: reportTables.qualityDays,
  rows: days.map((day) => ({
    ...{ date: day.date, coverage: coverageOf(day), known_bay_hours: day.knownMs / hourMs, hours: day.ms / hourMs },
  })),
})
