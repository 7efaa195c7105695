/** Expert: the rates of the same time of day on days of the same kind. Speaks also where nothing is known of today. */
import { dayType, type Panel } from '../data/panel.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import type { Fan, Origin } from './origin.ts'
import { quantileOf, usualChangesAt, writeQuantiles } from './samples.ts'

const backDays = 92
/** Quarters of an hour to both sides. */
const aroundSteps = 1
const sameKindMin = 9
/** Some 10 MB. */
const cachedMax = 30_000
const anyTimeStride = 5

/** Of targets that were asked for: most of a day's are the same for many origins. */
export type CourseCache = Map<string, readonly number[] | null>

export function usualCourse({ seasonal: { panel }, lot, t, targets }: Origin, out: Fan, cache?: CourseCache): void {
  const rates = panel.rates[lot] as Float32Array
  for (const [h, target] of targets.entries()) {
    const key = `${lot} ${target} ${Math.floor(t / panel.slots)}`
    let course = cache?.get(key)
    if (course === undefined) {
      course = courseAt(panel, rates, { target, t }) ?? null
      if (cache && cache.size >= cachedMax) cache.clear()
      cache?.set(key, course)
    }
    if (course) writeQuantiles(out, h * levels.length, course)
  }
}

function courseAt(panel: Panel, rates: Float32Array, at: { target: number; t: number }): number[] | undefined {
  const same = ratesAround(panel, rates, { ...at, isSame: true })
  const samples = same.length >= sameKindMin ? same : ratesAround(panel, rates, { ...at, isSame: false })
  const found = samples.length > 0 ? samples : ratesOfAnyTime(panel, rates, at.t)
  return found.length > 0 ? leaning(found) : undefined
}

/** A few rates that are alike do not make a course certain: with less than ten days it leans on how far days lie apart elsewhere. */
function leaning(found: Float64Array): number[] {
  const quantiles = levels.map((level) => quantileOf(found, level))
  const days = found.length / (2 * aroundSteps + 1)
  if (days >= enoughDays) return quantiles
  const median = quantiles[medianAt] as number
  const share = leanDays / (leanDays + days)
  const usual = usualChangesAt(farLead)
  return quantiles.map((value, k) => (1 - share) * value + share * (median + (usual[k] as number)))
}
const enoughDays = 10
const leanDays = 3
/** Quarters of an hour after which a day may have gone anywhere. */
const farLead = 32

function ratesAround(
  panel: Panel,
  rates: Float32Array,
  { target, t, isSame }: { target: number; t: number; isSame: boolean },
): Float64Array {
  const found: number[] = []
  const kind = dayType(panel, Math.floor(target / panel.slots))
  for (let back = 1; back <= backDays; back++) {
    const centre = target - back * panel.slots
    if (centre < 0) break
    if (isSame && dayType(panel, Math.floor(centre / panel.slots)) !== kind) continue
    for (let off = -aroundSteps; off <= aroundSteps; off++) {
      const step = centre + off
      const rate = step >= 0 && step <= t ? (rates[step] as number) : Number.NaN
      if (!Number.isNaN(rate)) found.push(rate)
    }
  }
  return Float64Array.from(found).sort()
}

function ratesOfAnyTime(panel: Panel, rates: Float32Array, t: number): Float64Array {
  const found: number[] = []
  for (let step = Math.max(0, t - backDays * panel.slots); step <= t; step += anyTimeStride)
    if (!Number.isNaN(rates[step] as number)) found.push(rates[step] as number)
  return Float64Array.from(found).sort()
}
