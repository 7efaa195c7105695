/** How the cells of a report are written, the same in every format. */
import type { ReportColumn } from '@baykeeper/contract/reports.ts'
import { zoneClock } from '../../domain/zone-clock.ts'
import { minuteMs } from '../../lib/utc-day.ts'
import type { Cell } from '../report.ts'

/** ISO 8601 in local time with its offset, which makes it one moment: 2026-10-25T02:30:00.000+01:00. */
export function isoIn(zone: string): (at: number) => string {
  const clock = zoneClock(zone)
  return (at) => {
    const { offsetMs } = clock(at)
    const minutes = Math.abs(offsetMs) / minuteMs
    const offset = `${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`
    return `${new Date(at + offsetMs).toISOString().slice(0, -1)}${offsetMs < 0 ? '-' : '+'}${offset}`
  }
}

const two = (n: number) => String(n).padStart(2, '0')

/** Sums of milliseconds over other milliseconds have digits that mean nothing. */
const digits = 1e6
export const rounded = (value: number): number => Math.round(value * digits) / digits

/** As JSON holds it. */
export function jsonCell(cell: Cell, type: ReportColumn['type'], iso: (at: number) => string): Cell {
  if (typeof cell !== 'number') return cell
  return type === 'instant' ? iso(cell) : rounded(cell)
}
