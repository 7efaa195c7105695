/**
 * A site as features look at it, kept from one forecast to the next of a local day: what came since is written into it. A rebuild takes
 * half a second with 500 lots, so that is done once a day, when lots or dates change, and when something older than four days has changed.
 */
import { runningOf, type Seasonal, seasonalOf } from '../features/anomaly.ts'
import { offsets, panelOf, type Site, type SitePanel, slots, stepMs } from './site-panel.ts'

export interface DayView {
  readonly key: string
  readonly placed: SitePanel
  readonly seasonal: Seasonal
  /** UTC step of the newest rate in it. */
  readonly step: number
}

/** The seasonal means of targets up to two days ahead rest on rates that are a week old at least. */
const patchStepsMax = 4 * slots

interface Asked {
  readonly site: Site
  readonly step: number
  readonly changedFrom: number
}

/** Whether a view can be brought up to date; if not, it is better let go before another is made: each holds 150 MB of 500 lots. */
export function canFollow(known: DayView, { site, step, changedFrom }: Asked): boolean {
  const from = Math.min(changedFrom, known.step + 1)
  return known.key === keyOf(site, step) && step >= known.step && step - from <= patchStepsMax
}

/** Brought up to date, in place. */
export const followed = (known: DayView, { site, step, changedFrom }: Asked): DayView =>
  patched(known, site, { from: Math.min(changedFrom, known.step + 1), to: step })

export function newDayView(site: Site, nowMs: number): DayView {
  const placed = panelOf(site, nowMs)
  const step = Math.floor(nowMs / stepMs)
  return { key: keyOf(site, step), placed, seasonal: seasonalOf(placed.panel), step }
}

/** All inputs of the view except the rates. The offset is included: a change of daylight saving rebuilds the view. */
function keyOf({ zone, lots, holidays, school }: Site, step: number): string {
  const offset = offsets(zone)
  const local = step * stepMs + offset(step)
  const parts = [
    Math.floor(local / (slots * stepMs)),
    offset(step),
    offset(step - patchStepsMax),
    zone,
    [...holidays].join(' '),
    [...school].join(' '),
  ]
  return [...parts, ...lots.map(({ id, capacity }) => `${capacity} ${id}`)].join('\n')
}

function patched(known: DayView, site: Site, { from, to }: { from: number; to: number }): DayView {
  const { placed, seasonal } = known
  const { panel, firstKnown } = placed
  const origin = placed.origin + to - known.step
  const first = Math.max(0, origin - (to - from))
  for (const [lot, own] of site.rates.entries()) {
    const rates = panel.rates[lot] as Float32Array
    const mean = seasonal.mean4[lot] as Float32Array
    const anomaly = seasonal.anomaly[lot] as Float32Array
    for (let at = first; at <= origin; at++) {
      const rate = own[to - (origin - at) - site.firstStep] ?? Number.NaN
      rates[at] = rate
      anomaly[at] = rate - (mean[at] as number)
      if (!Number.isNaN(rate) && at < (firstKnown[lot] as number)) firstKnown[lot] = at
    }
    const { sum, count } = seasonal.sums[lot] as (typeof seasonal.sums)[number]
    const newer = runningOf(anomaly.subarray(first))
    const [sumBefore, countBefore] = [sum[first] as number, count[first] as number]
    for (let i = 1; i < newer.sum.length; i++) {
      sum[first + i] = sumBefore + (newer.sum[i] as number)
      count[first + i] = countBefore + (newer.count[i] as number)
    }
  }
  for (let at = first; at <= origin; at++) seasonal.city[at] = cityAt(seasonal, at)
  return { ...known, placed: { ...placed, origin }, step: to }
}

/** Mean anomaly over all lots, as `seasonalOf` has it. */
function cityAt({ anomaly }: Seasonal, at: number): number {
  let sum = 0
  let count = 0
  for (const values of anomaly) {
    const value = values[at] as number
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return count > 0 ? sum / count : 0
}
