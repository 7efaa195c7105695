/** What public reports say of other forecasters, tried on this one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForecastRequest } from '@baykeeper/contract/forecast.ts'
import { forecasterUnderTest } from './site-under-test.ts'

const quarterMs = 15 * 60_000
const forecaster = await forecasterUnderTest(8, 60)

interface Course {
  readonly zone?: string
  /** The last quarter of an hour that is known. */
  readonly until: string
  readonly days: number
  /** By local hour, and day of the year of UTC. */
  rate(hour: number, step: number): number | null
}

async function forecastOf({ zone = 'Europe/Berlin', until, days, rate }: Course, more: Partial<ForecastRequest> = {}) {
  const end = Date.parse(until)
  const steps = days * 96
  const hourOf = (ms: number) => {
    const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
    return at.hour + at.minute / 60
  }
  const rates = Array.from({ length: steps }, (_, i) => rate(hourOf(end - (steps - 1 - i) * quarterMs), i))
  const answer = await forecaster.forecast({
    ...{ type: 'forecast', id: '1', site: `${until} ${days}`, zone, now: until },
    from: new Date(end - (steps - 1) * quarterMs).toISOString(),
    lots: [{ id: 'lot', capacity: 100, rates }],
    pipeline: { depth: 0, lag_s: 0, as_of: until, coverage: 1 },
    ...more,
  })
  return answer.lots[0]?.points ?? []
}

// statsmodels #6667, emhass #766, flexmeasures #2193
test('what happens at eight o’clock happens at eight by the clock on the day that clocks change', async () => {
  const office = (hour: number) => (hour >= 8 && hour < 18 ? 0.8 : 0.1)
  for (const until of ['2026-03-28T06:30:00Z', '2026-10-24T05:30:00Z']) {
    const change = Date.parse(until) + 24 * 3_600_000
    // Sunday's kind of day has been seen too: the course is the same every day.
    const points = await forecastOf({ until, days: 30, rate: office })
    const far = points.at(-1)
    assert.equal(Date.parse(far?.at ?? ''), change)
    const hour = Temporal.Instant.from(far?.at ?? '').toZonedDateTimeISO('Europe/Berlin').hour
    assert.ok(Math.abs((far?.rate?.[3] as number) - office(hour)) < 0.1, `${until}: ${hour} h, ${far?.rate?.[3]}`)
  }
})

// prophet #2412: missing where it would have been near zero
test('nights that are never known make no forecast of a night that is full', async () => {
  const days = { until: '2026-06-17T20:00:00Z', days: 30 }
  const points = await forecastOf({
    ...days,
    rate: (hour) => (hour < 6 || hour >= 22 ? null : 0.05 + 0.02 * (hour % 2)),
  })
  for (const { rate } of points) assert.ok((rate?.[6] ?? 0) < 0.3, `${rate}`)
})

// autogluon #4409, darts #1278, loudml #85: gaps before, within, and at the newest moment
test('unknown stretches at the beginning, within and at the end leave a forecast', async () => {
  const gaps = [(i: number) => i < 1_000, (i: number) => i % 5 === 0, (i: number) => i > 30 * 96 - 20]
  for (const isGap of gaps) {
    const course = { until: '2026-06-17T12:00:00Z', days: 30 }
    const points = await forecastOf({ ...course, rate: (hour, i) => (isGap(i) ? null : 0.5 + 0.02 * Math.sin(hour)) })
    for (const { rate } of points) assert.ok(rate?.every(Number.isFinite) && Math.abs((rate[3] as number) - 0.5) < 0.15)
  }
})

// flexmeasures #2191, crepes #6: less history than the forecast reaches ahead, fewer samples than a quantile needs
test('three hours of history give a forecast for a whole day, wider the further', async () => {
  const points = await forecastOf({ until: '2026-06-17T12:00:00Z', days: 0.125, rate: () => 0.4 })
  const widths = points.map(({ rate }) => (rate?.[5] as number) - (rate?.[1] as number))
  assert.ok(
    widths.every((width, h) => width >= (widths[h - 1] ?? 0) - 1e-6) && (widths[0] as number) > 0,
    widths.join(),
  )
})

// prophet #943, #470, #807: bounds that are not kept, and series at their bound
test('a lot that is full every noon is never forecast beyond full, and its chance of a bay is no certainty', async () => {
  const until = '2026-06-17T08:00:00Z'
  const noon = await forecastOf(
    { until, days: 30, rate: (hour) => Math.min(1, Math.max(0, 1.6 - Math.abs(hour - 12) / 4)) },
    { free_at_least: [1, 100, 101] },
  )
  for (const { rate, p_free } of noon) {
    assert.ok(rate?.every((value) => value >= 0 && value <= 1))
    assert.equal(p_free[2]?.p, 0)
    assert.ok((p_free[0]?.p as number) > 0 && (p_free[0]?.p as number) < 1.000001)
  }
})
