/**
 * When the battery of a device will be low, from its own daily levels. The slope is the median of the slopes between its days (Theil 1950, Sen 1968):
 * single wrong values do not move it. The range comes from the tenth and the ninetieth of a hundred of those slopes over long spans: it shows how
 * the levels of this device vary, and is no probability. A level that rises by much is a new battery: the days before it show nothing of it. What the days do not show is no forecast.
 */
export interface BatteryDay {
  /** Since 1970. */
  readonly day: number
  readonly percent: number
}

export type BatteryDoubt = 'no-level' | 'no-curve' | 'few-days' | 'no-trend'

export type BatteryForecast =
  | {
      readonly is: 'forecast'
      /** Newest level, percent. */
      readonly percent: number
      /** Days since 1970 at which it is low, by a fast slope of its own levels and by a slow one. */
      readonly before: number
      /** Null: the slow end has no end within `yearsMax`. */
      readonly until: number | null
    }
  | { readonly is: 'low'; readonly percent: number }
  | { readonly is: 'cannot-tell'; readonly why: BatteryDoubt; readonly percent: number | null }

/** Below it a battery is to be replaced. */
export const lowPercent = 15
const daysMin = 14
/** Levels are reported in steps: less is no trend. */
const dropMin = 3
const renewedBy = 20
const daysAheadMax = 10 * 365
const pairsMax = 20_000

export function forecastBattery(days: readonly BatteryDay[], today: number): BatteryForecast {
  const newest = days.at(-1)
  if (!newest) return { is: 'cannot-tell', why: 'no-level', percent: null }
  const { percent } = newest
  const own = sinceRenewed(days)
  if ((own.length < around ? percent : middleOf(own.slice(-around))) <= lowPercent) return { is: 'low', percent }
  const span = newest.day - (own[0]?.day ?? newest.day)
  const doubt = (why: BatteryDoubt): BatteryForecast => ({ is: 'cannot-tell', why, percent })
  if (own.length < daysMin || span < daysMin) return doubt('few-days')
  const slopes = slopesOf(own, span / 3)
  const [fast, median, slow] = [0.1, 0.5, 0.9].map((share) => quantile(slopes, share)) as [number, number, number]
  if (median >= 0 || -median * span < dropMin) return doubt('no-trend')
  const level = levelAt(own, median, today)
  const dayAt = (slope: number) => today + Math.max(0, Math.floor((lowPercent - level) / slope))
  const until = slow < 0 ? dayAt(slow) : Number.POSITIVE_INFINITY
  return { is: 'forecast', percent, before: dayAt(fast), until: until - today > daysAheadMax ? null : until }
}

/** Levels of some days before and behind it: a single wrong one is no new battery. */
const around = 3

function sinceRenewed(days: readonly BatteryDay[]): readonly BatteryDay[] {
  let from = 0
  for (let i = 1; i < days.length; i++) {
    const rise = middleOf(days.slice(i, i + around)) - middleOf(days.slice(Math.max(from, i - around), i))
    if (rise >= renewedBy && (days[i] as BatteryDay).percent - (days[i - 1] as BatteryDay).percent >= renewedBy)
      from = i
  }
  return days.slice(from)
}

const middleOf = (days: readonly BatteryDay[]): number =>
  quantile(
    days.map(({ percent }) => percent).sort((a, b) => a - b),
    0.5,
  )

/** Percent a day between each two days that lie at least so far apart, rising. */
function slopesOf(days: readonly BatteryDay[], apart: number): number[] {
  const step = Math.max(1, Math.ceil((days.length * days.length) / 2 / pairsMax))
  const slopes: number[] = []
  for (const [i, from] of days.entries())
    for (let k = i + 1; k < days.length; k += step) {
      const to = days[k] as BatteryDay
      if (to.day - from.day >= apart) slopes.push((to.percent - from.percent) / (to.day - from.day))
    }
  return slopes.sort((a, b) => a - b)
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

/** On the line of the median slope through the middle of the days. */
function levelAt(days: readonly BatteryDay[], slope: number, today: number): number {
  const rests = days.map(({ day, percent }) => percent - slope * day).sort((a, b) => a - b)
  return quantile(rests, 0.5) + slope * today
}
