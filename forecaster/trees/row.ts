/**
 * What trees see of one lot, origin and target: a row of numbers that mean the same in every city, so that trees grown elsewhere can read
 * it. All rates are written as their distance from `base`, a plain forecast of the target, and so is what the trees forecast. Missing is NaN.
 */
import { dayType, dayTypes, isHoliday, isSchoolHoliday, weekday } from '../data/panel.ts'
import { meanBetween, type Running, type Seasonal } from '../features/anomaly.ts'
import { daysBack } from '../features/batch.ts'
import type { View } from '../features/view.ts'
import { daysLike, nearestDays, type SimilarDay } from '../recipe/similar-days.ts'

/** The days of a server's history: similar days of longer ago are not there to be asked. */
const similarBackMax = 90
const rateLags = [1, 2, 3, 4, 6, 8, 12, 16, 32] as const
const anomalyLags = [1, 2, 4, 8, 16, 32, 64, 96] as const
/** Share of similar days' part in the base, beside that of the anchor. */
const similarShare = 0.5
const nearestFew = 5
const distanceMin = 0.01

/** Columns of a row. */
export const rowColumns = 71 + 2 * daysBack.length

export interface RowPlace {
  readonly view: View
  readonly lot: number
  /** Origin, in steps; its rate is known. */
  readonly t: number
  /** Index of the horizon. */
  readonly h: number
  /** Of this lot and origin, nearest first. */
  readonly days: readonly SimilarDay[]
}

export const similarTo = ({ panel }: Seasonal, lot: number, t: number): SimilarDay[] =>
  daysLike(panel, panel.rates[lot] as Float32Array, t, similarBackMax)

/** Writes `rowColumns` numbers from `at`; returns the base, NaN where there is none. */
export function fillTreeRow(out: Float32Array, at: number, place: RowPlace): number {
  const { view, lot, t, h } = place
  const { panel, mean4, mean12 } = view.seasonal
  const rates = panel.rates[lot] as Float32Array
  const target = t + (view.ahead[h] as number)
  const now = rates[t] as number
  const like = likeOf(place, target)
  const meanThen = (mean4[lot] as Float32Array)[target] as number
  const away = (view.seasonal.anomaly[lot] as Float32Array)[t] as number
  const anchor = meanThen + (view.anchor.phi[h] as number) * away
  const base = baseOf(anchor, like.mean, now)
  let x = at
  out[x++] = anchor - base
  out[x++] = now - base
  out[x++] = meanThen - base
  out[x++] = ((mean12[lot] as Float32Array)[target] as number) - base
  out[x++] = like.mean - base
  out[x++] = like.few - base
  out[x++] = like.level - base
  out[x++] = like.spread
  out[x++] = like.distance
  out[x++] = like.count
  for (let k = 1; k <= 4; k++) out[x++] = (rates[target - 7 * k * panel.slots] as number) - base
  for (const back of daysBack) {
    const then = rates[target - back * panel.slots] as number
    out[x++] = then - base
    out[x++] = then - (rates[t - back * panel.slots] as number) + now - base
  }
  x = fillPresent(out, x, { place, meanThen })
  x = fillCalendar(out, x, { place, target })
  if (x !== at + rowColumns) throw new Error(`a row has ${x - at} columns, not ${rowColumns}`)
  return base
}

function baseOf(anchor: number, similar: number, now: number): number {
  if (Number.isNaN(anchor)) return Number.isNaN(similar) ? now : similar
  return Number.isNaN(similar) ? anchor : (1 - similarShare) * anchor + similarShare * similar
}

/** What similar days say of a target: the weighted mean of their changes, that of the few nearest, of their levels, and how far they differ. */
function likeOf({ view, lot, t, days }: RowPlace, target: number) {
  const { panel } = view.seasonal
  const rates = panel.rates[lot] as Float32Array
  const now = rates[t] as number
  const nearest = nearestDays(panel, days, { rates, t, now: t, target })
  const sums = { weight: 0, change: 0, level: 0, square: 0, distance: 0, few: 0, fewWeight: 0 }
  for (const [i, { step, distance }] of nearest.entries()) {
    const weight = 1 / (distanceMin + distance)
    const then = rates[step + target - t] as number
    const change = then - (rates[step] as number)
    sums.weight += weight
    sums.change += weight * change
    sums.square += weight * change * change
    sums.level += weight * then
    sums.distance += distance
    if (i >= nearestFew) continue
    sums.few += weight * change
    sums.fewWeight += weight
  }
  const mean = sums.change / sums.weight
  return {
    mean: now + mean,
    few: now + sums.few / sums.fewWeight,
    level: sums.level / sums.weight,
    spread: Math.sqrt(Math.max(0, sums.square / sums.weight - mean * mean)),
    distance: sums.distance / nearest.length,
    count: nearest.length,
  }
}

interface Present {
  readonly place: RowPlace
  readonly meanThen: number
}

/** How it stands now and came to stand so; returns the place after it. */
function fillPresent(out: Float32Array, at: number, { place: { view, lot, t, h }, meanThen }: Present): number {
  const { panel, mean4, spread, anomaly, city, sums } = view.seasonal
  const { slots } = panel
  const rates = panel.rates[lot] as Float32Array
  const away = anomaly[lot] as Float32Array
  const now = rates[t] as number
  const meanNow = (mean4[lot] as Float32Array)[t] as number
  const target = t + (view.ahead[h] as number)
  let x = at
  out[x++] = now
  for (const lag of rateLags) out[x++] = now - (rates[t - lag] as number)
  out[x++] = away[t] as number
  for (const lag of anomalyLags) out[x++] = away[t - lag] as number
  out[x++] = meanThen - meanNow
  out[x++] = (spread[lot] as Float32Array)[target] as number
  out[x++] = now - (rates[t - 7 * slots] as number)
  out[x++] = city[t] as number
  out[x++] = (city[t] as number) - (city[t - 4] as number)
  out[x++] = city[t - slots] as number
  const own = sums[lot] as Running
  for (const back of [1, 2, 7, 14]) {
    const centre = target - back * slots
    out[x++] = meanBetween(own, centre - 4, Math.min(t, centre + 4))
  }
  for (let p = 0; p < 4; p++) out[x++] = meanBetween(own, t - 32 - p * 16 - 15, t - 32 - p * 16)
  out[x++] = meanBetween(own, t - slots, t)
  out[x++] = meanBetween(own, t - 7 * slots, t)
  out[x++] = Math.log(panel.lots[lot]?.capacity ?? 1)
  return x
}

interface When {
  readonly place: RowPlace
  readonly target: number
}

function fillCalendar(out: Float32Array, at: number, { place: { view, lot, t, h }, target }: When): number {
  const { panel } = view.seasonal
  const { slots } = panel
  const day = Math.floor(target / slots)
  const today = Math.floor(t / slots)
  let x = at
  out[x++] = ((view.anchor.horizons[h] as number) * 24) / slots
  out[x++] = ((target % slots) * 96) / slots
  out[x++] = ((t % slots) * 96) / slots
  out[x++] = t % 4
  out[x++] = weekday(panel.firstDay + day)
  out[x++] = dayType(panel, day)
  out[x++] = dayType(panel, today)
  for (let off = -2; off <= 2; off++) out[x++] = isHoliday(panel, day + off)
  for (let k = 1; k <= 4; k++) out[x++] = isHoliday(panel, day - 7 * k)
  out[x++] = isHoliday(panel, today)
  out[x++] = isSchoolHoliday(panel, day)
  out[x++] = isSchoolHoliday(panel, day - 7)
  out[x++] = isSchoolHoliday(panel, day - 28)
  out[x++] = (view.anchor.scale[h] as Float32Array)[
    (lot * dayTypes + dayType(panel, day)) * slots + (target % slots)
  ] as number
  return x
}
