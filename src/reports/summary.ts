/** The key figures of a report, beside those of the period that it is compared with. */
import { reportTables } from '@baykeeper/contract/reports.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import type { OverstaySum } from '../store/store.ts'
import { coverageOf, type Measured, occupancyOf } from './occupancy-book.ts'
import { less } from './occupancy-tables.ts'
import { overstayTotals } from './overstay-tables.ts'
import type { FilledTable } from './report.ts'
import type { Scope } from './scope.ts'
import { figuresOf, type KnownStays } from './stay-lengths.ts'
import { turnoverOfDays } from './stay-tables.ts'

interface Of {
  readonly scope: Pick<Scope, 'countedPlaces'>
  readonly measured: Measured
  /** Undefined: none of them is known, and no overstay. */
  readonly stays: KnownStays | undefined
  readonly overstays: readonly OverstaySum[]
}

export function figuresTable(now: Of, before: Of | undefined): FilledTable {
  const then = before && new Map(figures(before).map(({ figure, value }) => [figure, value]))
  const rows = figures(now).map(({ figure, unit, value }) => {
    const was = then?.get(figure) ?? null
    return { figure, unit, value, value_before: was, change: less(value, was) }
  })
  return { table: reportTables.figures, rows }
}

interface Figure {
  readonly figure: string
  readonly unit: string
  readonly value: number | null
}

function figures({ scope, measured, stays, overstays }: Of): readonly Figure[] {
  const { all, days, busy } = measured
  const certain = stays && figuresOf(stays.lengths.filter((row) => row.certain))
  const count = stays ? figuresOf(stays.lengths).count : null
  const highest = days.reduce<number | null>(
    (most, day) => (day.highest === null ? most : Math.max(most ?? 0, day.highest)),
    null,
  )
  const mean = occupancyOf(all)
  const totals = overstayTotals(overstays)
  const isKnown = all.knownMs > 0
  return [
    { figure: 'occupancy', unit: 'share', value: mean },
    { figure: 'coverage', unit: 'share', value: coverageOf(all) },
    { figure: 'highest', unit: 'share', value: highest !== null && highest >= (mean ?? 0) ? highest : null },
    { figure: 'full', unit: 'minutes', value: isKnown ? all.fullMs / minuteMs : null },
    {
      figure: 'busy',
      unit: 'minutes a week',
      value: all.observedMs > 0 ? busyMs(busy) / minuteMs / (all.observedMs / (7 * dayMs)) : null,
    },
    { figure: 'observed', unit: 'share', value: all.ms > 0 ? all.observedMs / all.ms : null },
    { figure: 'stays', unit: 'stays', value: count },
    { figure: 'uncertain_stays', unit: 'stays', value: certain && count !== null ? count - certain.count : null },
    { figure: 'turnover', unit: 'stays per bay and day', value: stays ? turnoverOfDays(scope, measured, stays) : null },
    { figure: 'median_stay', unit: 'minutes', value: certain?.medianMin ?? null },
    { figure: 'p90_stay', unit: 'minutes', value: certain?.p90Min ?? null },
    { figure: 'overstays', unit: 'overstays', value: stays ? totals.overstays : null },
    { figure: 'overstay_share', unit: 'share of stays', value: count ? totals.overstays / count : null },
    { figure: 'overstay_minutes', unit: 'minutes', value: stays ? totals.minutes : null },
  ]
}

const busyMs = (busy: Measured['busy']) => busy.reduce((sum, { begin, end }) => sum + end - begin, 0)
