/**
 * The forecast of a lot at any instant: linear between its horizons, as on the server. Also lots
 * taken together, their peak and their order. Times are milliseconds, rates the taken share. Pure.
 */

import type { ExpertShares } from '@baykeeper/contract/forecast.ts'
import { closureAt } from '@baykeeper/contract/forecast-minute.ts'
import type { LotForecast, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import type { Serving } from '@baykeeper/contract/vocabulary.ts'

/** Places of the quantiles in every list of them. */
export const level = { low95: 0, low80: 1, low50: 2, median: 3, high50: 4, high80: 5, high95: 6 } as const

export interface Ahead {
  readonly at: number
  readonly served: Serving
  readonly why: string
  readonly widened: number
  readonly rate: readonly number[] | null
  readonly experts?: ExpertShares | undefined
}

export interface Observed {
  readonly at: number
  readonly rate: number | null
}

export interface Outlook {
  readonly capacity: number
  readonly observed: readonly Observed[]
  readonly ahead: readonly Ahead[]
  readonly closures?: LotForecast['closures']
}

export function outlookOf({
  capacity,
  observed,
  points,
  closures,
}: Pick<LotForecast, 'capacity' | 'observed' | 'points' | 'closures'>): Outlook {
  const ahead = points.map(({ at, served, why, widened, rate, experts }) => ({
    ...{ at: Date.parse(at), served, why, widened, rate, experts },
  }))
  return {
    capacity,
    observed: observed.map(({ at, rate }) => ({ at: Date.parse(at), rate })).sort((a, b) => a.at - b.at),
    ahead: ahead
      .sort((a, b) => a.at - b.at)
      // The requested instant may equal a horizon.
      .filter(({ at }, k) => at !== ahead[k - 1]?.at),
    ...(closures ? { closures } : {}),
  }
}

/** Undefined beyond the last horizon and before the first one is due. */
export function aheadAt({ ahead, observed, closures }: Outlook, at: number): Ahead | undefined {
  const next = ahead.findIndex((point) => point.at >= at)
  const to = ahead[next]
  const origin = observed.at(-1)?.at
  if (!to || (next === 0 && to.at !== at && (origin === undefined || at <= origin))) return undefined
  const from = ahead[next - 1] ?? to
  const closed = closureAt(closures, at)
  if (closed) return { at, served: 'withheld', why: closed.why, widened: 1, rate: null }
  if (to.at === at || from === to) return { ...to, at }
  const widened = Math.max(from.widened, to.widened)
  if (from.rate === null || to.rate === null) {
    const { why } = from.rate === null ? from : to
    return { at, served: 'withheld', why, widened, rate: null }
  }
  const share = (at - from.at) / (to.at - from.at)
  const later = to.rate
  return { ...to, at, widened, rate: from.rate.map((value, k) => value + share * ((later[k] as number) - value)) }
}

export const medianOf = ({ rate }: Ahead): number | null => rate?.[level.median] ?? null

/** When the median is highest between then and then; undefined where nothing is forecast. */
export function peakOf({ ahead }: Outlook, from: number, until: number): Ahead | undefined {
  let peak: Ahead | undefined
  for (const point of ahead)
    if (point.at > from && point.at <= until && (medianOf(point) ?? -1) > ((peak && medianOf(peak)) ?? -1)) peak = point
  return peak
}

/** Bays, the upper quantile of the rate giving the fewer. */
export const freeOf = (capacity: number, rate: number): number => Math.round(capacity * (1 - rate))

/**
 * The lots as one, quantile by quantile, as if all erred the same way at once: the range is at least as wide as the true one. Undefined
 * where one of them has no value.
 */
export function together(outlooks: readonly Outlook[]): Outlook | undefined {
  const [first, ...others] = outlooks
  if (!first || others.length === 0) return first
  const capacity = outlooks.reduce((sum, each) => sum + each.capacity, 0)
  const mean = (of: (each: Outlook) => number | null | undefined): number | null => {
    let sum = 0
    for (const each of outlooks) {
      const rate = of(each)
      if (rate === null || rate === undefined) return null
      sum += rate * each.capacity
    }
    return sum / capacity
  }
  return {
    capacity,
    observed: first.observed.map(({ at }) => ({
      at,
      rate: mean((each) => each.observed.find((point) => point.at === at)?.rate),
    })),
    ahead: first.ahead.map((point) => {
      const all = outlooks.map((each) => aheadAt(each, point.at))
      const rate = point.rate?.map((_, k) => mean((each) => all[outlooks.indexOf(each)]?.rate?.[k]))
      const withheld = all.find((each) => each?.served === 'withheld')
      const widened = Math.max(...all.map((each) => each?.widened ?? 1))
      if (withheld || !rate || rate.includes(null))
        return { at: point.at, served: 'withheld', why: withheld?.why ?? '', widened, rate: null }
      const baseline = all.find((each) => each?.served === 'baseline')
      return { ...(baseline ?? point), at: point.at, widened, rate: rate as number[] }
    }),
  }
}

/** The site as a whole: the lot that carries its name, or its lots together where they do not overlap. */
export function wholeOf({ site, lots }: SiteForecast, bays: number): Outlook | undefined {
  const own = lots.find(({ id }) => id === site)
  if (own) return outlookOf(own)
  if (lots.reduce((sum, { capacity }) => sum + capacity, 0) > bays) return undefined
  return together(lots.map(outlookOf))
}

/** Fullest first; those of which nothing is known last, in the order they had. */
export const byFullness = <T>(lots: readonly T[], outlook: (lot: T) => Outlook, at: number): readonly T[] => {
  const fullness = (lot: T) => {
    const ahead = aheadAt(outlook(lot), at)
    return (ahead && medianOf(ahead)) ?? -1
  }
  return [...lots].sort((a, b) => fullness(b) - fullness(a))
}
