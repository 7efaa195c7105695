/** Input tokens: the last day in patches, past days around this time of day; and the flat context of a site. */
import { isHoliday, isSchoolHoliday, weekday } from '../data/panel.ts'
import { daysBack, offsetsAfter, offsetsBefore, siteLags, sizes } from './batch.ts'
import { gain, type InputPosition, known, slopeGain } from './view.ts'

/** Eight patches of four steps, then four of sixteen (means of four): anomaly, rate, observed share. */
export function fillPatches({ batch, view, series, lot, t }: InputPosition): void {
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
export function fillDays({ batch, view, series, lot, t }: InputPosition): void {
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
export function fillSite({ batch, view, series, t }: InputPosition): void {
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
