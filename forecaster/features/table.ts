/**
 * The same knowledge as a flat row, for trees and ridge: one row per lot, origin and horizon. Nothing the network sees of the target slot is
 * kept from them; what it sees as one-hot is a number here, which trees prefer.
 */
import { dayType, dayTypes, isHoliday, isSchoolHoliday, weekday } from '../data/panel.ts'
import { meanBetween, type Running } from './anomaly.ts'
import { daysBack } from './batch.ts'
import type { View } from './view.ts'

const rateLags = [1, 2, 3, 4, 8, 16, 32] as const
const anomalyLags = [1, 2, 4, 8, 16, 32, 64, 96] as const

/** Columns that are not of other lots. */
export const ownColumns = 57 + 2 * daysBack.length
export const columnsOf = (view: View): number => ownColumns + 2 * view.seasonal.panel.lots.length
/** Positions that ridge turns into one-hot columns and products. */
export const columnAt = { anomaly: 8, slot: 9, weekday: 10, lot: 11 } as const

export interface RowPlace {
  readonly view: View
  readonly lot: number
  readonly t: number
  /** Index of the horizon. */
  readonly h: number
}

/** Writes `columnsOf(view)` numbers from `at`; missing is NaN. */
export function fillRow(out: Float32Array, at: number, { view, lot, t, h }: RowPlace): void {
  const { panel, mean4, mean12, spread, anomaly, city } = view.seasonal
  const { slots } = panel
  const rates = panel.rates[lot] as Float32Array
  const away = anomaly[lot] as Float32Array
  const horizon = view.anchor.horizons[h] as number
  const target = t + horizon
  const day = Math.floor(target / slots)
  const slot = target % slots
  const now = rates[t] as number
  const meanThen = (mean4[lot] as Float32Array)[target] as number
  const meanNow = (mean4[lot] as Float32Array)[t] as number
  let x = at
  out[x++] = now
  for (const lag of rateLags) out[x++] = rates[t - lag] as number
  out[x++] = away[t] as number
  out[x++] = slot
  out[x++] = weekday(panel.firstDay + day)
  out[x++] = lot
  out[x++] = t % 4
  out[x++] = t % slots
  for (const lag of anomalyLags) out[x++] = away[t - lag] as number
  out[x++] = meanThen
  out[x++] = meanNow
  out[x++] = meanThen - meanNow
  out[x++] = (spread[lot] as Float32Array)[target] as number
  out[x++] = ((mean12[lot] as Float32Array)[target] as number) - meanThen
  for (let k = 1; k <= 4; k++) out[x++] = (rates[target - 7 * k * slots] as number) - meanThen
  out[x++] = now - (rates[t - 7 * slots] as number)
  out[x++] = city[t] as number
  out[x++] = (city[t] as number) - (city[t - 4] as number)
  for (let away = -2; away <= 2; away++) out[x++] = isHoliday(panel, day + away)
  for (let k = 1; k <= 4; k++) out[x++] = isHoliday(panel, day - 7 * k)
  out[x++] = isSchoolHoliday(panel, day)
  out[x++] = (view.anchor.scale[h] as Float32Array)[(lot * dayTypes + dayType(panel, day)) * slots + slot] as number
  const year = (2 * Math.PI * (panel.firstDay + day)) / 365.2425
  out[x++] = Math.sin(year)
  out[x++] = Math.cos(year)
  const sums = view.seasonal.sums[lot] as Running
  for (const back of [1, 2, 7, 14]) {
    const centre = target - back * slots
    out[x++] = meanBetween(sums, centre - 4, Math.min(t, centre + 4))
  }
  for (let p = 0; p < 4; p++) out[x++] = meanBetween(sums, t - 32 - p * 16 - 15, t - 32 - p * 16)
  out[x++] = meanBetween(sums, t - slots, t)
  out[x++] = meanBetween(sums, t - 7 * slots, t)
  for (const back of daysBack) {
    const then = rates[target - back * slots] as number
    out[x++] = then - meanThen
    out[x++] = then - (rates[t - back * slots] as number) + now - meanThen
  }
  if (x !== at + ownColumns) throw new Error(`a row has ${x - at} columns, not ${ownColumns}`)
  for (const other of anomaly) {
    out[x++] = other[t] as number
    out[x++] = other[t - 4] as number
  }
}
