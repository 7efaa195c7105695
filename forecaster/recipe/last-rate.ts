/**
 * Expert: the last rate goes on, spread as rates have changed lately over the same lead time around the same time of day. Speaks from the
 * first rate on; with less than some days behind it, it leans on how much car parks change elsewhere.
 */
import { levels } from '../scoring/quantiles.ts'
import type { Fan, Origin } from './origin.ts'
import { changesAtLevels, writeQuantiles } from './samples.ts'

export const changeDays = 28
/** Quarters of an hour to both sides. */
const aroundSteps = 2
/** With fewer changes at this time of day, those of any time count. */
const atThisHourMin = 10
const anyHourStride = 3

export function lastRate({ seasonal: { panel }, lot, t, now, targets }: Origin, out: Fan): void {
  if (now === undefined) return
  const rates = panel.rates[lot] as Float32Array
  const rate = rates[now] as number
  for (const [h, target] of targets.entries()) {
    const lead = target - now
    const same = changesOf(rates, { now, t, lead, slots: panel.slots })
    const changes = same.length >= atThisHourMin ? same : changesOfAnyHour(rates, { now, t, lead, slots: panel.slots })
    const away = changesAtLevels(changes, (lead * 96) / panel.slots)
    writeQuantiles(
      out,
      h * levels.length,
      away.map((change) => rate + change),
    )
  }
}

interface Looked {
  readonly now: number
  readonly t: number
  readonly lead: number
  readonly slots: number
}

/** Changes of the last 28 days over a lead time, from around the same time of day; ascending. */
export function changesOf(
  rates: Float32Array,
  { now, t, lead, slots }: Looked,
  isWanted: (step: number) => boolean = () => true,
): Float64Array {
  const found: number[] = []
  for (let day = 1; day <= changeDays; day++)
    for (let off = -aroundSteps; off <= aroundSteps; off++) {
      const from = now - day * slots + off
      if (from < 0 || from + lead > t || !isWanted(from)) continue
      const change = (rates[from + lead] as number) - (rates[from] as number)
      if (!Number.isNaN(change)) found.push(change)
    }
  return Float64Array.from(found).sort()
}

function changesOfAnyHour(rates: Float32Array, { now, t, lead, slots }: Looked): Float64Array {
  const found: number[] = []
  for (let from = Math.max(0, now - changeDays * slots); from + lead <= t; from += anyHourStride) {
    const change = (rates[from + lead] as number) - (rates[from] as number)
    if (!Number.isNaN(change)) found.push(change)
  }
  return Float64Array.from(found).sort()
}
