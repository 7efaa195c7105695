/** History as it was sent, on the grid of local time the features want, with room for the day that is forecast. */
import type { SiteHistory } from '@baykeeper/contract/forecast.ts'
import { calendarOf, dateFromDays, type Panel } from '../data/panel.ts'

export const slots = 96
export const stepMs = 15 * 60_000
const dayMs = 86_400_000
/** The slowest mean looks 84 days back from a target a day ahead. */
export const historyDays = 92
const aheadDays = 2

/** Steps that are kept: the newest, and 92 days before it. */
const keptSteps = (historyDays + 1) * slots

/** State of a site, kept between requests. */
export interface Site {
  readonly site: string
  readonly zone: string
  readonly lots: readonly { readonly id: string; readonly capacity: number }[]
  /** UTC quarter of an hour of the first rate kept. */
  readonly firstStep: number
  /** By lot, `keptSteps` long; NaN is unknown. */
  readonly rates: readonly Float32Array[]
  readonly holidays: ReadonlySet<string>
  readonly school: ReadonlySet<string>
}

/**
 * Merges sent history into the known history; a lot that was not sent is dropped. Takes over the arrays of `before`: copying the history of a large
 * site every five minutes would produce garbage faster than it is collected.
 */
export function remembered(history: SiteHistory, before: Site | undefined): Site {
  const sentFrom = Math.round(Date.parse(history.from) / stepMs)
  const sentTo = sentFrom + Math.max(1, ...history.lots.map(({ rates }) => rates.length))
  const to = Math.max(sentTo, before ? before.firstStep + keptSteps : 0)
  const firstStep = to - keptSteps
  const known = new Map(before?.lots.map(({ id }, i) => [id, before.rates[i] as Float32Array]))
  const moved = before ? firstStep - before.firstStep : 0
  const rates = history.lots.map(({ id, rates: sent }) => {
    const out = known.get(id) ?? new Float32Array(keptSteps).fill(Number.NaN)
    if (moved > 0) out.copyWithin(0, moved).fill(Number.NaN, Math.max(0, keptSteps - moved))
    for (let i = Math.max(0, firstStep - sentFrom); i < sent.length; i++)
      out[sentFrom + i - firstStep] = sent[i] ?? Number.NaN
    return out
  })
  return {
    site: history.site,
    zone: history.zone,
    lots: history.lots.map(({ id, capacity }) => ({ id, capacity })),
    firstStep,
    rates,
    holidays: new Set(history.holidays),
    school: new Set(history.school_holidays),
  }
}

export interface SitePanel {
  readonly panel: Panel
  /** Index of the newest whole step at `now`. */
  readonly origin: number
  /** By lot: index of the first step that is known; infinite where none is. */
  readonly firstKnown: number[]
}

export function panelOf({ site, zone, lots, firstStep, rates, holidays, school }: Site, nowMs: number): SitePanel {
  const offset = offsets(zone)
  const origin = Math.floor(nowMs / stepMs)
  const localNow = origin * stepMs + offset(origin)
  const lastDay = Math.floor(localNow / dayMs)
  const firstDay = lastDay - historyDays
  const days = historyDays + 1 + aheadDays
  const localOf = new Int32Array(keptSteps)
  const from = origin - localOf.length + 1
  for (let i = 0; i < localOf.length; i++) {
    const step = from + i
    localOf[i] = Math.floor((step * stepMs + offset(step)) / stepMs) - firstDay * slots
  }
  const firstKnown: number[] = []
  const grids = rates.map((own) => {
    const grid = new Float32Array(days * slots).fill(Number.NaN)
    let first = Number.POSITIVE_INFINITY
    for (let i = 0; i < localOf.length; i++) {
      const value = own[from + i - firstStep] ?? Number.NaN
      const at = localOf[i] as number
      if (Number.isNaN(value) || at < 0) continue
      grid[at] = value
      first = Math.min(first, at)
    }
    firstKnown.push(first)
    return grid
  })
  const calendar = calendarOf(firstDay, days, { holidays, school })
  const panel = { name: `${site} ${dateFromDays(lastDay)}`, lots, slots, firstDay, days, rates: grids, calendar }
  return { panel, origin: localOf.at(-1) as number, firstKnown }
}

/** By horizon: steps on the clocks of the site from a UTC step to so many steps later; they differ where clocks change in between. */
export function aheadOf(zone: string, step: number, horizons: readonly number[]): number[] {
  const offset = offsets(zone)
  return horizons.map((horizon) => horizon + Math.round((offset(step + horizon) - offset(step)) / stepMs))
}

/** Local minus UTC of a step, in ms; asked of the time zone once an hour of time. */
export function offsets(zone: string): (step: number) => number {
  const byHour = new Map<number, number>()
  return (step) => {
    const hour = Math.floor(step / 4)
    const known = byHour.get(hour)
    if (known !== undefined) return known
    const at = Temporal.Instant.fromEpochMilliseconds(step * stepMs).toZonedDateTimeISO(zone)
    const offset = at.offsetNanoseconds / 1e6
    byHour.set(hour, offset)
    return offset
  }
}
