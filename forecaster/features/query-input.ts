/** Known facts about a target, a query per horizon; and the candidates that the network may mix. */
import { dayType, dayTypes, isHoliday, isSchoolHoliday, weekday } from '../data/panel.ts'
import { meanBetween, type Running } from './anomaly.ts'
import { daysBack, four, sizes } from './batch.ts'
import { gain, type InputPosition, known, slopeGain } from './view.ts'

/** In units of the scale: beyond it a candidate is no forecast. */
const candidateMax = 30
const clamp = (value: number): number =>
  !Number.isNaN(value) ? Math.max(-candidateMax, Math.min(candidateMax, value)) : 0

export function fillQuery({ batch, view, series, lot, t }: InputPosition, h: number): void {
  const { panel, mean4, mean12, spread, anomaly, city } = view.seasonal
  const { slots } = panel
  const rates = panel.rates[lot] as Float32Array
  const mean = mean4[lot] as Float32Array
  const away = anomaly[lot] as Float32Array
  const target = t + (view.ahead[h] as number)
  const day = Math.floor(target / slots)
  const slot = target % slots
  const quarter = 96 / slots
  const q = batch.query
  let x = (series * batch.horizons + h) * sizes.query
  const meanThen = known(mean[target])
  const meanNow = known(mean[t])
  const now = rates[t] as number
  const anomalyNow = known(away[t])
  q[x + Math.floor(slot * quarter)] = 1
  x += 96
  const hourNow = ((t % slots) * 24) / slots
  q[x++] = hourNow >= 23.25 || hourNow < 6 ? 1 : 0
  q[x + (target % 4)] = 1
  q[x + 4 + (t % 4)] = 1
  x += 8
  const angle = (2 * Math.PI * slot) / slots
  for (let k = 1; k <= 3; k++) {
    q[x++] = Math.sin(k * angle)
    q[x++] = Math.cos(k * angle)
  }
  q[x + weekday(panel.firstDay + day)] = 1
  x += 7
  q[x++] = isHoliday(panel, day)
  q[x++] = isHoliday(panel, day - 1)
  q[x++] = isHoliday(panel, day + 1)
  q[x++] = isSchoolHoliday(panel, day)
  q[x++] = gain * anomalyNow
  q[x++] = !Number.isNaN(now) ? 1 : 0
  q[x++] = known(now)
  q[x++] = meanThen
  q[x++] = meanNow
  q[x++] = gain * (meanThen - meanNow)
  for (let k = 1; k <= 4; k++)
    q[x++] = gain * known((rates[target - 7 * k * slots] as number) - (mean[target] as number))
  for (let k = 1; k <= 4; k++) q[x++] = isHoliday(panel, day - 7 * k)
  q[x++] = gain * known((spread[lot] as Float32Array)[target])
  q[x++] = gain * known(((mean12[lot] as Float32Array)[target] as number) - (mean[target] as number))
  q[x++] = gain * (view.anchor.phi[h] as number) * anomalyNow
  q[x++] = gain * (city[t] as number)
  q[x++] = gain * ((city[t] as number) - (city[t - 4] as number))
  q[x++] = slopeGain * known(now - (rates[t - 1] as number))
  q[x++] = slopeGain * known(now - (rates[t - 4] as number))
  const scale = (view.anchor.scale[h] as Float32Array)[(lot * dayTypes + dayType(panel, day)) * slots + slot] as number
  q[x++] = Math.log(scale / (view.anchor.sigma[h] as number))
  for (let k = 0; k < daysBack.length; k++) {
    const back = (daysBack[k] as number) * slots
    const then = rates[target - back] as number
    q[x++] = gain * known(then - (mean[target] as number))
    q[x++] = gain * known(then - (rates[t - back] as number) - ((mean[target] as number) - (mean[t] as number)))
  }
  const horizonFeatures = view.horizonFeatures[h] as Float32Array
  for (let k = 0; k < 8; k++) q[x++] = horizonFeatures[k] as number
  x = fillMeans({ batch, view, series, lot, t, end: 0 }, { x, target, day })
  if (four(x) !== (series * batch.horizons + h + 1) * sizes.query) throw new Error('query width')
}

/**
 * Eight more: holidays two days off; the mean anomaly around the target slot one, two, seven and fourteen days ago, of a day, of a week.
 * Not the season of the year: three years of it let the network learn single weeks by heart.
 */
function fillMeans(
  { batch, view, lot, t }: InputPosition,
  { x: from, target, day }: { x: number; target: number; day: number },
): number {
  const { slots } = view.seasonal.panel
  const own = view.seasonal.sums[lot] as Running
  const around = (centre: number) => gain * known(meanBetween(own, centre - 4, Math.min(t, centre + 4)))
  const q = batch.query
  let x = from
  q[x++] = around(target - 14 * slots)
  q[x++] = gain * known(meanBetween(own, t - 7 * slots, t))
  q[x++] = isHoliday(view.seasonal.panel, day - 2)
  q[x++] = isHoliday(view.seasonal.panel, day + 2)
  q[x++] = around(target - slots)
  q[x++] = around(target - 2 * slots)
  q[x++] = around(target - 7 * slots)
  q[x++] = gain * known(meanBetween(own, t - slots, t))
  return x
}

/** Candidate forecasts minus the anchor in units of the scale, and the truth where it is known. */
export function fillMix({ batch, view, series, lot, t, end }: InputPosition, h: number): void {
  const { panel, mean4, anomaly } = view.seasonal
  const { slots } = panel
  const rates = panel.rates[lot] as Float32Array
  const target = t + (view.ahead[h] as number)
  const at = series * batch.horizons + h
  const day = Math.floor(target / slots)
  const scale = (view.anchor.scale[h] as Float32Array)[
    (lot * dayTypes + dayType(panel, day)) * slots + (target % slots)
  ] as number
  const mean = (mean4[lot] as Float32Array)[target] as number
  const away = (anomaly[lot] as Float32Array)[t] as number
  const anchor = mean + (view.anchor.phi[h] as number) * (!Number.isNaN(away) ? away : 0)
  batch.scale[at] = scale
  batch.anchor[at] = known(anchor)
  const now = rates[t] as number
  let x = at * sizes.candidates
  batch.mix[x++] = clamp((now - anchor) / scale)
  for (let k = 0; k < daysBack.length; k++) {
    const back = (daysBack[k] as number) * slots
    const then = rates[target - back] as number
    batch.mix[x++] = clamp((then - anchor) / scale)
    batch.mix[x++] = clamp((now + then - (rates[t - back] as number) - anchor) / scale)
  }
  const truth = rates[target] as number
  if (target < end && !Number.isNaN(truth) && !Number.isNaN(anchor) && !Number.isNaN(away)) {
    batch.target[at] = truth
    batch.weight[at] = 1
  }
}
