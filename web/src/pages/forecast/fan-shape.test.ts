import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bandPath, bands, fanOf, forecastRuns, hourTicks, observedPath, scaleOf, stretchesOf } from './fan-shape.ts'
import type { Ahead } from './lots-ahead.ts'
import { clockAt, hourMs, quarterMs } from './site-clock.ts'

const origin = Date.UTC(2026, 10, 23, 8)
const scale = scaleOf({ left: 0, right: 100, top: 0, bottom: 100 }, origin, origin + 4 * quarterMs)
const point = (steps: number, rate: number | null, served: Ahead['served'] = 'model', why = ''): Ahead => ({
  at: origin + steps * quarterMs,
  served: rate === null ? 'withheld' : served,
  why,
  widened: 1,
  rate: rate === null ? null : [0, 0.1, 0.2, rate, 0.8, 0.9, 1],
})

test('what was not observed is a gap, and a single moment is still drawn', () => {
  const at = (step: number) => origin + step * quarterMs
  const observed = [
    { at: at(0), rate: 0.5 },
    { at: at(1), rate: 0.6 },
    { at: at(2), rate: null },
    { at: at(3), rate: 0.7 },
  ]
  assert.equal(observedPath(observed, scale), 'M0.0,50.0L25.0,40.0M75.0,30.0L75.0,30.0')
  assert.equal(observedPath([{ at: at(0), rate: null }], scale), '')
})

test('the fan grows out of the last observed rate, but not out of one that is old or unknown', () => {
  const ahead = [point(1, 0.5), point(2, 0.5)]
  const of = (at: number, rate: number | null) => fanOf({ capacity: 10, observed: [{ at, rate }], ahead })
  assert.deepEqual(of(origin, 0.4)[0]?.rate, Array(7).fill(0.4))
  assert.equal(of(origin, null).length, 2)
  assert.equal(of(origin - 2 * hourMs, 0.4).length, 2)
})

test('a withheld horizon cuts the fan in two, and the band goes up one side and down the other', () => {
  const runs = forecastRuns([point(0, 0.5), point(1, 0.5), point(2, null), point(3, 0.5)])
  assert.deepEqual(
    runs.map((run) => run.length),
    [2, 1],
  )
  assert.equal(bandPath(runs[0] as Ahead[], bands[80], scale), 'M0.0,10.0L25.0,10.0L25.0,90.0L0.0,90.0Z')
})

test('adjacent stretches with the same source and reason are listed once', () => {
  const fan = [
    point(1, 0.5),
    point(2, 0.5),
    point(3, 0.5, 'baseline', 'it was better'),
    point(4, null, 'withheld', 'closed'),
  ]
  assert.deepEqual(
    stretchesOf(fan).map(({ served, from, to, horizons }) => [
      served,
      (from - origin) / quarterMs,
      (to - origin) / quarterMs,
      horizons,
    ]),
    [
      ['model', 1, 2, 2],
      ['baseline', 2, 3, 1],
      ['withheld', 3, 4, 1],
    ],
  )
})

test('ticks are full hours by the clock of the site, half-hour zones and changed clocks included', () => {
  const clocks = (from: number, hours: number, zone: string, most: number) =>
    hourTicks(from, from + hours * hourMs, zone, most).map((at) => clockAt(at, zone))
  assert.deepEqual(clocks(Date.UTC(2026, 10, 23, 8), 9, 'Asia/Kolkata', 4), ['15:00', '18:00', '21:00'])
  assert.deepEqual(clocks(Date.UTC(2026, 9, 24, 22), 8, 'Europe/Berlin', 3), ['00:00', '03:00', '06:00'])
})
