/**
 * A forecast is never absurd: over random sites and histories. `BAYKEEPER_ABSURD_SITES=10000` tries so many; usual is a small part of it. A
 * failure names its seed.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ForecastAnswer,
  type ForecastPoint,
  type ForecastRequest,
  forecastAnswerSchema,
} from '@baykeeper/contract/forecast.ts'
import { effort } from '../../test/fixtures/effort.ts'
import { absurdSite } from './absurd-sites.ts'
import { offsets } from './site-panel.ts'
import { forecasterUnderTest } from './site-under-test.ts'

const tries = Number(process.env['BAYKEEPER_ABSURD_SITES'] ?? effort(50))
const firstSeed = Number(process.env['BAYKEEPER_ABSURD_SEED'] ?? 1)
const quarterMs = 15 * 60_000

test(`of ${tries} sites none has an absurd forecast`, async () => {
  const forecaster = await forecasterUnderTest(8, 40)
  for (let seed = firstSeed; seed < firstSeed + tries; seed++) {
    const { request } = absurdSite(seed)
    const answer = forecastAnswerSchema.parse(await forecaster.forecast(request))
    forecaster.remember({ ...request, type: 'remember', lots: [] })
    const fault = faultOf(request, answer)
    assert.equal(fault, undefined, `seed ${seed}: ${fault}`)
  }
})

/** Undefined: nothing is wrong with it. */
function faultOf(request: ForecastRequest, answer: ForecastAnswer): string | undefined {
  for (const [l, { points, at }] of answer.lots.entries()) {
    if (at.length !== request.at?.length) return `${at.length} answers for ${request.at?.length} minutes`
    const least = leastWidthOf(request, l)
    for (const point of [...points, ...at]) {
      const fault = faultOfPoint(point, request, l)
      if (fault) return `lot ${l}, ${point.minutes} min: ${fault}`
    }
    for (const point of points) {
      const [low, high] = [point.rate?.[1], point.rate?.[5]]
      const wanted = least(point.minutes / 15)
      if (low !== undefined && high !== undefined && high - low < wanted - 1e-6)
        return `lot ${l}, ${point.minutes} min: 80 % interval ${low}..${high}, at least ${wanted} wide`
    }
  }
  return undefined
}

function faultOfPoint({ rate, why, p_free, at }: ForecastPoint, request: ForecastRequest, lot: number) {
  const closed = request.lots[lot]?.closures?.some(
    ({ from, to }) => Date.parse(from) <= Date.parse(at) && Date.parse(at) < Date.parse(to ?? ''),
  )
  if (closed) return rate !== null || !why.startsWith('closed until') ? `open within a closure: ${why}` : undefined
  const isKnown = request.lots[lot]?.rates.some((value) => value !== null)
  if (rate === null) return isKnown || why === '' ? `withheld without a reason: ${why}` : undefined
  if (!rate.every((value) => Number.isFinite(value) && value >= 0 && value <= 1)) return `no rates: ${rate}`
  if (rate.some((value, k) => value < (rate[k - 1] ?? 0))) return `not in order: ${rate}`
  if (p_free.some(({ p }, i) => p > (p_free[i - 1]?.p ?? 1) + 1e-12))
    return `more free is likelier: ${JSON.stringify(p_free)}`
  const capacity = request.lots[lot]?.capacity as number
  if (p_free.some(({ k, p }) => k > capacity && p !== 0)) return 'more free than there are'
  return undefined
}

/**
 * Half of what 10 to 90 % of the changes of the last 28 days span, over the same lead time, around the same time of day, on days of the same kind;
 * from the request alone, by another way than the forecaster's.
 */
function leastWidthOf(
  { zone, from, now, lots, holidays = [] }: ForecastRequest,
  lot: number,
): (lead: number) => number {
  const offset = offsets(zone)
  const first = Date.parse(from) / quarterMs
  const wall = (step: number) => step + Math.floor(offset(step) / quarterMs)
  const byWall = new Map(lots[lot]?.rates.map((rate, i) => [wall(first + i), rate]))
  const origin = Math.floor(Date.parse(now) / quarterMs)
  const known = [...byWall].filter(([step, rate]) => rate !== null && step >= wall(origin) - 96).map(([step]) => step)
  const here = known.length > 0 ? Math.max(...known) : wall(origin)
  const kind = (step: number) => {
    const date = new Date(Math.floor(step / 96) * 86_400_000)
    if (date.getUTCDay() === 0 || holidays.includes(date.toISOString().slice(0, 10))) return 2
    return date.getUTCDay() === 6 ? 1 : 0
  }
  return (lead) => {
    const target = wall(origin + lead)
    const changes = (isSame: boolean) => {
      const found: number[] = []
      for (let step = here - 28 * 96 - 2; step + target - here <= wall(origin); step++) {
        const clock = (((step - here) % 96) + 96) % 96
        if (clock > 2 && clock < 94) continue
        if (step > here - 94) continue
        const [then, later] = [byWall.get(step), byWall.get(step + target - here)]
        if (typeof then !== 'number' || typeof later !== 'number') continue
        if (isSame && (kind(step) !== kind(here) || kind(step + target - here) !== kind(target))) continue
        found.push(later - then)
      }
      return found.sort((a, b) => a - b)
    }
    const same = changes(true)
    const all = same.length >= 10 ? same : changes(false)
    if (all.length < 10) return 0
    const at = (level: number) => {
      const place = level * (all.length + 1) - 1
      const below = Math.floor(place)
      return (all[below] as number) + (place - below) * ((all[below + 1] as number) - (all[below] as number))
    }
    return 0.5 * (at(0.9) - at(0.1))
  }
}
