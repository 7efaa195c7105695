/**
 * The trend of a battery's charge: a line through the lowest charge of each day, in which a day counts less the older it is (half after 30 days; what
 * is older than 90 days counts for an eighth and less). Sums only: a day costs the same however long the history is.
 */
export interface BatteryTrend {
  /** The newest day, not in the sums yet, and its lowest charge, percent. */
  readonly day: number
  readonly low: number
  /** Weighted sums over the days before it, counted back from `day`: of 1, x, x², y, xy. */
  readonly n: number
  readonly x: number
  readonly xx: number
  readonly y: number
  readonly xy: number
  /** Days in the sums. */
  readonly days: number
}

const halfLifeDays = 30
/** A line through fewer days means nothing. */
const daysMin = 7
/** A charge that rises so much is another battery, percent. */
const swapPct = 20

export const newTrend = (day: number, low: number): BatteryTrend => ({
  ...{ day, low, n: 0, x: 0, xx: 0, y: 0, xy: 0, days: 0 },
})

/** The same trend where the value changes nothing; one of a day that has passed counts no more. */
export function addDay(trend: BatteryTrend, day: number, pct: number): BatteryTrend {
  if (day < trend.day) return trend
  if (pct > trend.low + swapPct) return newTrend(day, pct)
  if (day === trend.day) return pct < trend.low ? { ...trend, low: pct } : trend
  const closed = withDay(trend)
  const by = day - trend.day
  const keeps = 0.5 ** (by / halfLifeDays)
  const { n, x, xx, y, xy } = closed
  // Days are counted back from the newest one: each is `by` further away now.
  return {
    ...{ day, low: pct, days: closed.days },
    ...{ n: n * keeps, x: (x - by * n) * keeps, xx: (xx - 2 * by * x + by * by * n) * keeps },
    ...{ y: y * keeps, xy: (xy - by * y) * keeps },
  }
}

const withDay = (trend: BatteryTrend): BatteryTrend => ({
  ...trend,
  ...{ n: trend.n + 1, y: trend.y + trend.low, days: trend.days + 1 },
})

/** Until the line reaches 0 %; null: too few days, or it does not fall. */
export function daysLeft(trend: BatteryTrend): number | null {
  const { n, x, xx, y, xy, days } = withDay(trend)
  const spread = n * xx - x * x
  if (days < daysMin || spread <= 1e-9) return null
  const slope = (n * xy - x * y) / spread
  const now = (y - slope * x) / n
  if (slope > -1e-6) return null
  return Math.max(0, now / -slope)
}
