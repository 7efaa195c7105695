/**
 * What the network sees of one lot at one origin: the last day in patches, past days around this time of day, a query per horizon with what
 * is known of the target beforehand, and the candidates it may mix. Missing values are 0 beside an observed flag.
 */
import { dayType, dayTypes, isHoliday, isSchoolHoliday, weekday } from '../data/panel.ts'
import type { Anchor } from './anchor.ts'
import { meanBetween, type Running, type Seasonal } from './anomaly.ts'

/** Bumped whenever a number below changes its meaning: weights of another version are refused. */
export const featureVersion = 1

export const daysBack = [1, 2, 3, 4, 5, 6, 7, 8, 14, 21, 28, 35] as const
const offsetsBefore = [0, 1, 2, 4, 8, 16, 32] as const
const offsetsAfter = [1, 2, 4, 8, 16, 32, 48, 64, 80, 96] as const
const siteLags = [0, 1, 2, 4, 8, 16, 32, 64] as const

/** Rounded up: matrix kernels take four columns at a time, and an odd width made them four times slower. What is added stays 0. */
const four = (width: number) => 4 * Math.ceil(width / 4)

export const sizes = {
  patches: 12,
  patch: 12,
  days: daysBack.length,
  day: 2 * (offsetsBefore.length + offsetsAfter.length) + 10,
  /** Per lot of the site, in the flat context of all lots. */
  site: siteLags.length + 4,
  query: four(96 + 1 + 8 + 6 + 7 + 4 + 6 + 4 + 4 + 8 + 2 * daysBack.length + 8 + 8),
  candidates: four(1 + 2 * daysBack.length),
} as const

/** Origins before this have no anchor: it wants the same weekday once. What lies further back may be missing like anything else. */
export const viewDays = 8

/** Where the calendar stands in a query and in a day, for the ablation that leaves it out. */
export const calendarColumns = {
  query: [118, 119, 120, 121, 132, 133, 134, 135, 186, 187],
  day: [7, 8, 9].map((column) => column + 2 * (offsetsBefore.length + offsetsAfter.length)),
} as const

/** Rates are scaled so that an anomaly of 0.2 is 1. */
const gain = 5
const slopeGain = 10
const candidateMax = 30

/** Typed arrays of one batch; series i is lot `i % lots` of origin `floor(i / lots)`, or whatever the caller put there. */
export interface Batch {
  readonly series: number
  readonly horizons: number
  readonly siteLots: number
  readonly patches: Float32Array
  readonly days: Float32Array
  readonly query: Float32Array
  readonly mix: Float32Array
  /** Flat context: the same for all lots of one origin. */
  readonly site: Float32Array
  readonly anchor: Float32Array
  readonly scale: Float32Array
  /** Truth at the target and whether it counts. */
  readonly target: Float32Array
  readonly weight: Float32Array
}

export function newBatch(series: number, horizons: number, siteLots: number): Batch {
  const floats = (width: number) => new Float32Array(series * width)
  return {
    series,
    horizons,
    siteLots,
    patches: floats(sizes.patches * sizes.patch),
    days: floats(sizes.days * sizes.day),
    query: floats(horizons * sizes.query),
    mix: floats(horizons * sizes.candidates),
    site: floats(siteLots * sizes.site),
    anchor: floats(horizons),
    scale: floats(horizons),
    target: floats(horizons),
    weight: floats(horizons),
  }
}

export interface View {
  readonly seasonal: Seasonal
  readonly anchor: Anchor
  /** How far ahead each horizon lies, in smooth bumps over octaves of a quarter of an hour. */
  readonly horizonFeatures: readonly Float32Array[]
}

export function viewOf(seasonal: Seasonal, anchor: Anchor): View {
  const stepHours = 24 / seasonal.panel.slots
  const centres = [0, 1, 2, 3, 4, 5, 6, 6.6]
  const horizonFeatures = anchor.horizons.map((h) => {
    const octave = Math.log2(h * stepHours * 4)
    return Float32Array.from(centres, (centre) => Math.exp(-(((octave - centre) / 0.6) ** 2)))
  })
  return { seasonal, anchor, horizonFeatures }
}

const known = (value: number | undefined): number => (value === undefined || Number.isNaN(value) ? 0 : value)
const clamp = (value: number): number =>
  !Number.isNaN(value) ? Math.max(-candidateMax, Math.min(candidateMax, value)) : 0

export function clearBatch(batch: Batch): void {
  for (const array of [batch.patches, batch.days, batch.query, batch.mix, batch.site]) array.fill(0)
  for (const array of [batch.anchor, batch.target, batch.weight]) array.fill(0)
  batch.scale.fill(1)
}

export interface Place {
  readonly batch: Batch
  readonly view: View
  readonly series: number
  readonly lot: number
  readonly t: number
  /** Targets from here on do not count. */
  readonly end: number
}

export function fillSeries(place: Place): void {
  fillPatches(place)
  fillDays(place)
  if (place.batch.siteLots > 0) fillSite(place)
  for (let h = 0; h < place.batch.horizons; h++) {
    fillQuery(place, h)
    fillMix(place, h)
  }
}

/** Eight patches of four steps, then four of sixteen (means of four): anomaly, rate, observed share. */
function fillPatches({ batch, view, series, lot, t }: Place): void {
  const rates = view.seasonal.panel.rates[lot] as Float32Array
  const anomaly = view.seasonal.anomaly[lot] as Float32Array
  const base = series * sizes.patches * sizes.patch
  for (let p = 0; p < sizes.patches; p++)
    for (let j = 0; j < 4; j++) {
      const width = p < 8 ? 1 : 4
      const newest = p < 8 ? t - (p * 4 + j) : t - 32 - ((p - 8) * 16 + j * 4)
      let sum = 0
      let away = 0
      let seen = 0
      for (let z = 0; z < width; z++) {
        const rate = rates[newest - z] as number
        if (Number.isNaN(rate)) continue
        sum += rate
        away += known(anomaly[newest - z])
        seen++
      }
      const at = base + p * sizes.patch + j
      batch.patches[at] = seen > 0 ? (gain * away) / seen : 0
      batch.patches[at + 4] = seen > 0 ? sum / seen : 0
      batch.patches[at + 8] = seen / width
    }
}

/** The course of day k around this time of day, before and after, against today's seasonal mean. */
function fillDays({ batch, view, series, lot, t }: Place): void {
  const { panel } = view.seasonal
  const rates = panel.rates[lot] as Float32Array
  const mean = view.seasonal.mean4[lot] as Float32Array
  const today = Math.floor(t / panel.slots)
  const out = batch.days
  for (let k = 0; k < daysBack.length; k++) {
    const back = daysBack[k] as number
    let at = (series * sizes.days + k) * sizes.day
    const then = t - back * panel.slots
    for (const offset of offsetsBefore) {
      const value = (rates[then - offset] as number) - (mean[t - offset] as number)
      if (!Number.isNaN(value)) {
        out[at] = gain * value
        out[at + 1] = 1
      }
      at += 2
    }
    for (const offset of offsetsAfter) {
      const value =
        offset <= panel.slots * back ? (rates[then + offset] as number) - (mean[t + offset] as number) : Number.NaN
      if (!Number.isNaN(value)) {
        out[at] = gain * value
        out[at + 1] = 1
      }
      at += 2
    }
    const day = today - back
    out[at + weekday(panel.firstDay + day)] = 1
    out[at + 7] = isHoliday(panel, day)
    out[at + 8] = isSchoolHoliday(panel, day)
    out[at + 9] = isHoliday(panel, day) === isHoliday(panel, today) ? 0 : 1
  }
}

/** All lots of the site in one row, the same order for each of them. */
function fillSite({ batch, view, series, t }: Place): void {
  const { panel, anomaly } = view.seasonal
  for (let lot = 0; lot < batch.siteLots; lot++) {
    const rates = panel.rates[lot] as Float32Array
    const away = anomaly[lot] as Float32Array
    let at = (series * batch.siteLots + lot) * sizes.site
    for (const lag of siteLags) batch.site[at++] = gain * known(away[t - lag])
    const now = rates[t] as number
    batch.site[at] = known(now)
    batch.site[at + 1] = !Number.isNaN(now) ? 1 : 0
    batch.site[at + 2] = slopeGain * known(now - (rates[t - 1] as number))
    batch.site[at + 3] = slopeGain * known(now - (rates[t - 4] as number))
  }
}

function fillQuery({ batch, view, series, lot, t }: Place, h: number): void {
  const { panel, mean4, mean12, spread, anomaly, city } = view.seasonal
  const { slots } = panel
  const rates = panel.rates[lot] as Float32Array
  const mean = mean4[lot] as Float32Array
  const away = anomaly[lot] as Float32Array
  const target = t + (view.anchor.horizons[h] as number)
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
  q[x++] = gain * ((spread[lot] as Float32Array)[target] as number)
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
  { batch, view, lot, t }: Place,
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
function fillMix({ batch, view, series, lot, t, end }: Place, h: number): void {
  const { panel, mean4, anomaly } = view.seasonal
  const { slots } = panel
  const rates = panel.rates[lot] as Float32Array
  const target = t + (view.anchor.horizons[h] as number)
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
