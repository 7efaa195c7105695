/** A site's own history, as the server writes it, as a panel of local time. */
import type { SiteHistory } from '@baykeeper/contract/forecast.ts'
import { calendarOf, type Panel } from '../data/panel.ts'
import { slots } from '../serve/site-panel.ts'

const stepMs = 15 * 60_000
const dayMs = 86_400_000

export function panelOfHistory({ site, zone, from, lots, holidays, school_holidays }: SiteHistory): Panel {
  const firstStep = Math.round(Date.parse(from) / stepMs)
  const length = Math.max(1, ...lots.map(({ rates }) => rates.length))
  const local = Int32Array.from({ length }, (_, i) => {
    const ms = (firstStep + i) * stepMs
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
    return Math.floor((ms + offsetNanoseconds / 1e6) / stepMs)
  })
  const firstDay = Math.floor(((local[0] as number) * stepMs) / dayMs)
  const days = Math.floor(((local.at(-1) as number) * stepMs) / dayMs) - firstDay + 1
  const rates = lots.map(({ rates: sent }) => {
    const grid = new Float32Array(days * slots).fill(Number.NaN)
    for (const [i, value] of sent.entries()) if (value !== null) grid[(local[i] as number) - firstDay * slots] = value
    return grid
  })
  const calendar = calendarOf(firstDay, days, { holidays: new Set(holidays), school: new Set(school_holidays) })
  return {
    name: site,
    lots: lots.map(({ id, capacity }) => ({ id, capacity })),
    slots,
    firstDay,
    days,
    rates,
    calendar,
  }
}
