/**
 * Expert: the days whose last hours went most like today's, of the same kind of day. What they did next, added to the present rate, is what
 * may happen now. Needs no training, and one day of history.
 */
import { dayType, type Panel } from '../data/panel.ts'
import { levels } from '../scoring/quantiles.ts'
import type { Fan, Origin } from './origin.ts'
import { usualChangesAt, weightedQuantiles, writeQuantiles } from './samples.ts'

const backDaysMax = 300
/** The last hours that days are compared by. */
const lookSteps = 12
const lookedMin = 6
const nearestMax = 25
const nearestShare = 0.5
const sameKindMin = 3
/** So that a day that went the very same does not count alone. */
const distanceMin = 0.01
/** With fewer days than this their spread leans on what is usual. */
const enoughDays = 12

export interface SimilarDay {
  /** The step that stands for now. */
  readonly step: number
  readonly distance: number
}

/** `keep` by horizon: how much of today's difference to that day is left then. */
export function similarDays(origin: Origin, keep: readonly number[], out: Fan): void {
  const { seasonal, lot, t, now, targets } = origin
  if (now === undefined) return
  const { panel } = seasonal
  const rates = panel.rates[lot] as Float32Array
  const days = daysLike(panel, rates, now)
  if (days.length === 0) return
  for (const [h, target] of targets.entries()) {
    const lead = target - now
    const nearest = nearestDays(panel, days, { rates, t, now, target })
    if (nearest.length === 0) continue
    const left = keep[h] as number
    const samples = nearest.map(({ step, distance }): [number, number] => [
      (rates[step + lead] as number) + left * ((rates[now] as number) - (rates[step] as number)),
      1 / (distanceMin + distance),
    ])
    writeQuantiles(
      out,
      h * levels.length,
      leaning(weightedQuantiles(samples), nearest.length, (lead * 96) / panel.slots),
    )
  }
}

/** Nearest first. */
export function daysLike(panel: Panel, rates: Float32Array, now: number, backMax = backDaysMax): SimilarDay[] {
  const days: SimilarDay[] = []
  for (let back = 1; back <= backMax; back++) {
    const step = now - back * panel.slots
    if (step < 0) break
    if (Number.isNaN(rates[step] as number)) continue
    let sum = 0
    let looked = 0
    for (let j = 0; j < lookSteps; j++) {
      const away = Math.abs((rates[step - j] as number) - (rates[now - j] as number))
      if (Number.isNaN(away)) continue
      sum += away
      looked++
    }
    // Where the last hours are known of neither day, the present rate alone is compared.
    const distance =
      looked >= lookedMin ? sum / looked : Math.abs((rates[step] as number) - (rates[now] as number)) + 0.05
    days.push({ step, distance })
  }
  return days.sort((a, b) => a.distance - b.distance)
}

interface Wanted {
  readonly rates: Float32Array
  readonly t: number
  readonly now: number
  readonly target: number
}

/** Those that count for one target: of the same kind where there are enough, and known by then. */
export function nearestDays(
  panel: Panel,
  days: readonly SimilarDay[],
  { rates, t, now, target }: Wanted,
): readonly SimilarDay[] {
  const kind = kindsOf(panel)
  const lead = target - now
  const [kindNow, kindThen] = [kind(now), kind(target)]
  const known = days.filter(({ step }) => step + lead <= t && !Number.isNaN(rates[step + lead] as number))
  const same = known.filter(({ step }) => kind(step) === kindNow && kind(step + lead) === kindThen)
  const pool = same.length >= sameKindMin ? same : known
  return pool.slice(0, Math.min(nearestMax, Math.max(sameKindMin, Math.ceil(nearestShare * pool.length))))
}

const kindsOf = (panel: Panel) => (step: number) => dayType(panel, Math.floor(step / panel.slots))

function leaning(quantiles: number[], days: number, lead: number): number[] {
  if (days >= enoughDays) return quantiles
  const share = 1 - days / enoughDays
  const median = quantiles[3] as number
  const usual = usualChangesAt(lead)
  return quantiles.map((value, k) => {
    const wide = median + (usual[k] as number)
    // Few samples never make it wider than both.
    return k < 3 ? Math.min(value, value + share * (wide - value)) : Math.max(value, value + share * (wide - value))
  })
}
