/** What a driver is shown about a later time: a chance in twentieths and a range, or in plain words why there is none. Pure. */
import type { ForecastQuality, LotForecastPoint, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { readReasons } from '@baykeeper/contract/forecast-reasons.ts'

export const chancesOf = 20
/** From here on a place is very likely, and no other time is suggested. */
export const surelyChances = 19

/** Why a driver gets no forecast: fewer reasons than the forecaster has. */
export type NoForecast = 'off' | 'starting' | 'old' | 'history' | 'data' | 'closed' | 'beyond' | 'type'

export type Ahead =
  | {
      readonly is: 'chance'
      /** Of twenty, rounded down. */
      readonly chances: number
      /** Free bays at the ends of the 80 % range. */
      readonly from: number
      readonly to: number
      /** A time before it at which a place is very likely; undefined: none is, or it is now. */
      readonly sooner: number | undefined
    }
  /** The ranges of this lot have been wrong too often for a number. */
  | { readonly is: 'usual'; readonly busy: boolean }
  | { readonly is: 'none'; readonly why: NoForecast; readonly days?: number }

/** Rounded down: what is promised too often is believed no more. */
export const chancesIn = (p: number): number => Math.floor(Math.min(1, Math.max(0, p)) * chancesOf + 1e-9)

interface Asked {
  readonly forecast: SiteForecast
  readonly quality: ForecastQuality | undefined
  readonly at: number
  readonly now: number
}

/** `forecast` was asked with the instant `at` and for one free bay. */
export function aheadOf({ forecast, quality, at, now }: Asked): Ahead {
  const { site, state } = forecast
  if (state === 'off' || state === 'starting') return { is: 'none', why: state }
  const lot = forecast.lots.find(({ id }) => id === site)
  const point = lot?.points.find((each) => Date.parse(each.at) === at)
  if (!lot || !point) return { is: 'none', why: 'beyond' }
  if (!point.rate || !point.free) return noneOf(point, lot.history_days)
  if (state === 'stale' && isOld(forecast, now)) return { is: 'none', why: 'old' }
  const [low, high] = [free(forecast, point, 0.9), free(forecast, point, 0.1)]
  if (isPoor(quality, site, point.minutes))
    return { is: 'usual', busy: free(forecast, point, 0.5) < lot.capacity * busyShare }
  const chances = chancesIn(chanceOf(point))
  const sooner = chances >= surelyChances ? undefined : lastSure(lot.points, now, at)
  return { is: 'chance', chances, from: low, to: high, sooner }
}

const busyShare = 0.1
const oldMs = 30 * 60_000
const isOld = ({ issued }: SiteForecast, now: number) => issued === null || now - Date.parse(issued) > oldMs

const chanceOf = ({ p_free: chances }: LotForecastPoint) => chances.find(({ k }) => k === 1)?.p ?? 0
const free = ({ levels }: SiteForecast, point: LotForecastPoint, level: number) =>
  Math.max(0, point.free?.[levels.indexOf(level)] ?? 0)

/** The latest time before `at` at which a place is very likely, and later than now. */
function lastSure(points: readonly LotForecastPoint[], now: number, at: number): number | undefined {
  const sure = points
    .filter((point) => point.rate && chancesIn(chanceOf(point)) >= surelyChances)
    .map((point) => Date.parse(point.at))
    .filter((time) => time > now && time < at)
  return sure.length > 0 ? Math.max(...sure) : undefined
}

/** 80 % ranges that held less often than this, over enough forecasts, are no help. */
const poorCoverage = 0.6
const judgedMin = 50

function isPoor(quality: ForecastQuality | undefined, site: string, minutes: number): boolean {
  const cells = (quality?.cells ?? []).filter(({ lot, days28 }) => lot === site && days28 !== null)
  const nearest = cells.sort((a, b) => Math.abs(a.minutes - minutes) - Math.abs(b.minutes - minutes))[0]?.days28
  return nearest !== undefined && nearest !== null && nearest.count >= judgedMin && nearest.coverage80 < poorCoverage
}

const reasonOf: Readonly<Record<string, NoForecast>> = {
  ...{ 'short-history': 'history', 'no-history': 'history', beyond: 'beyond' },
  ...{ closed: 'closed', 'closed-note': 'closed', 'closed-until': 'closed', 'closed-until-note': 'closed' },
  ...{ 'all-closed': 'closed', 'outside-hours': 'closed' },
}

function noneOf({ why }: LotForecastPoint, days: number): Ahead {
  const codes = (readReasons(why) ?? []).map(({ code }) => reasonOf[code] ?? 'data')
  const first = codes.find((code) => code !== 'data') ?? 'data'
  return first === 'history' ? { is: 'none', why: first, days } : { is: 'none', why: first }
}
