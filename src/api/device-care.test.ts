/** Limits and batteries over the API: what the store remembers of a device, what it suggests, and a change that is recorded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '@baykeeper/contract/routes.ts'
import { instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import { noSessions } from '../store/store.ts'
import { apiKey, apiUnderTest, deviceState, layoutOf, readingRow, until } from './testing/api-under-test.ts'

const now = Date.now()
const noMeasures = { occupied: undefined, distanceMm: null }
const headers = { authorization: `Bearer ${apiKey}` }

test('limits are suggested from the distances of a device, tried, and put into effect as a version of the layout', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const distance = (i: number) => (i % 3 === 0 ? 600 + (i % 7) * 10 : 2_200 + (i % 5) * 4)
  const readings = Array.from({ length: 120 }, (_, i) =>
    readingRow(1, i, { ...noMeasures, time: instant(now - (120 - i) * 60_000), distanceMm: distance(i) }),
  )
  await api.commit({ devices: [deviceState(1, 's-1', { distanceMm: 2_200 })], readings })
  const ask = async (query = '') =>
    (await api.app.inject({ url: `/api/v1/devices/s-1/calibration${query}`, headers })).json()
  const found = routes.deviceCalibration.answers[0].schema[1].parse(await ask())
  assert.equal(found.readings, 120)
  assert.equal(
    found.histogram.counts.reduce((sum, n) => sum + n, 0),
    120,
  )
  const limits = found.suggestion?.limits
  assert.ok(limits && limits.occupied_below_mm > 660 && limits.free_above_mm < 2_200, JSON.stringify(found.suggestion))
  assert.deepEqual(found.outcomes.suggested, { occupied: 40, free: 80, between: 0, changes: 79 })
  assert.equal(found.current, null)
  const tried = await ask('?occupied_below_mm=610&free_above_mm=2300')
  assert.deepEqual(tried.outcomes.asked.free, 0)
  assert.equal(
    (await api.app.inject({ url: '/api/v1/devices/s-1/calibration?occupied_below_mm=9', headers })).statusCode,
    400,
  )
  assert.equal((await api.app.inject({ url: '/api/v1/devices/s-2/calibration', headers })).statusCode, 404)

  const change = (payload: object) => api.app.inject({ method: 'PATCH', url: '/api/v1/devices/s-1', headers, payload })
  const wrong = await change({ presence_by_distance: { occupied_below_mm: 900, free_above_mm: 800 } })
  assert.equal(wrong.statusCode, 400)
  assert.match(wrong.body, /must not be below occupied_below_mm/)
  assert.ok((await change({ presence_by_distance: limits })).statusCode < 300)
  await until(async () => (await ask()).current?.free_above_mm === limits.free_above_mm)
  const [device] = (await api.store.layout())?.layout.devices ?? []
  assert.deepEqual(device?.presenceByDistance?.occupiedBelowMm, limits.occupied_below_mm)
})

test('the newest distances count, of a device that reports often', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const count = 11_500
  const readings = Array.from({ length: count }, (_, i) =>
    readingRow(1, i, { ...noMeasures, time: instant(now - (count - i) * 15_000), distanceMm: i < 1_600 ? 600 : 2_200 }),
  )
  await api.commit({ devices: [deviceState(1, 's-1', { distanceMm: 2_200 })], readings })
  const answer = await api.app.inject({ url: '/api/v1/devices/s-1/calibration', headers })
  const found = routes.deviceCalibration.answers[0].schema[1].parse(answer.json())
  assert.equal(found.to, new Date(now - 15_000).toISOString())
  assert.ok(found.readings > 8_000 && found.readings < 11_000, `${found.readings}`)
  assert.ok(Date.parse(found.from ?? '') > now - count * 15_000, found.from ?? '')
})

test('batteries come by the day they are to be replaced, those without a forecast last, with the reason', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const today = dayNumber(now)
  const level = (device: number, from: number, perDay: number, days = 60) =>
    Array.from({ length: days }, (_, i) => ({
      ...{ device, day: today - days + i + 1, minBatteryV: null, minBatteryPct: Math.round(from - perDay * i) },
      ...{ minTemperatureC: null, maxTemperatureC: null, minRssiDbm: null },
    }))
  const devices = ['slow', 'fast', 'new', 'empty'].map((name, i) => deviceState(i + 1, name, { batteryPct: 50 }))
  const health = [...level(1, 90, 0.1), ...level(2, 90, 1), ...level(3, 90, 1, 5), ...level(4, 60, 0.9)]
  await api.commit({ devices: [...devices, deviceState(5, 'mains')] })
  await api.commit({ history: { sessions: noSessions, occupancy: [], counts: [], health } })
  const ask = async (query = '') => {
    const { body } = await api.app.inject({ url: `/api/v1/battery-forecasts${query}`, headers })
    return routes.batteryForecasts.answers[0].schema[1].parse(JSON.parse(body)).items
  }
  await until(async () => (await ask()).length === 4)
  const all = await ask()
  assert.deepEqual(
    all.map(({ device }) => device),
    ['empty', 'fast', 'slow', 'new'],
  )
  assert.deepEqual([all[0]?.low, all[3]?.why], [true, 'few-days'])
  assert.deepEqual(
    (await ask('?soon=true')).map(({ device }) => device),
    ['empty', 'fast'],
  )
  assert.deepEqual(
    (await ask('?device=slow')).map(({ device }) => device),
    ['slow'],
  )
})
