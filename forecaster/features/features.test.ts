import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedCity } from '../data/city.ts'
import { calendarPadDays, type Panel } from '../data/panel.ts'
import { fitAnchor } from './anchor.ts'
import { meanBetween, runningOf, seasonalOf } from './anomaly.ts'
import { calendarColumns, newBatch, sizes } from './batch.ts'
import { fillSeries } from './network-input.ts'
import { columnsOf, fillRow } from './table.ts'
import { viewOf } from './view.ts'

const panel = generatedCity({ seed: 4, lots: 2, days: 60 })
const t = 45 * 96 + 40

function inputsOf(of: Panel) {
  const seasonal = seasonalOf(of)
  const view = viewOf(seasonal, fitAnchor(seasonal, [8], { from: 28 * 96, to: 44 * 96 }))
  const batch = newBatch(1, 1, 2)
  fillSeries({ batch, view, series: 0, lot: 1, t, end: t + 100 })
  const row = new Float32Array(columnsOf(view))
  fillRow(row, 0, { view, lot: 1, t, h: 0 })
  return { batch, row }
}

test('the calendar columns are those that a calendar of holidays changes, and all of them', () => {
  const full = {
    holiday: new Uint8Array(60 + 2 * calendarPadDays).fill(1),
    school: new Uint8Array(60 + 2 * calendarPadDays).fill(1),
  }
  const none = { holiday: new Uint8Array(60 + 2 * calendarPadDays), school: new Uint8Array(60 + 2 * calendarPadDays) }
  const [a, b] = [full, none].map((calendar) => inputsOf({ ...panel, calendar }).batch)
  const flags = [...(a?.query.keys() ?? [])].filter((i) => a?.query[i] === 1 && b?.query[i] === 0)
  assert.deepEqual(flags, [...calendarColumns.query])
})

test('nothing after the origin changes what network and trees are fed', () => {
  const blind = { ...panel, rates: panel.rates.map((rates) => rates.map((rate, i) => (i > t ? Number.NaN : rate))) }
  const [whole, past] = [inputsOf(panel), inputsOf(blind)]
  for (const part of ['patches', 'days', 'query', 'mix', 'site'] as const)
    assert.deepEqual(past.batch[part], whole.batch[part])
  assert.deepEqual(past.row, whole.row)
})

test('every width divides by four', () => {
  for (const width of [sizes.patch, sizes.day, sizes.query, sizes.candidates, sizes.site]) assert.equal(width % 4, 0)
})

test('a running mean is the mean of what is known, both ends included', () => {
  const running = runningOf(Float32Array.of(1, Number.NaN, 3, 5))
  assert.equal(meanBetween(running, 0, 2), 2)
  assert.equal(meanBetween(running, -5, 99), 3)
  assert.ok(Number.isNaN(meanBetween(running, 1, 1)))
})

test('the anchor fades an anomaly as the data does', () => {
  const rates = Float32Array.from({ length: 60 * 96 }, (_, i) => 0.5 + (i < 50 * 96 ? 0 : 0.2 * 0.9 ** (i - 50 * 96)))
  const seasonal = seasonalOf({ ...panel, lots: panel.lots.slice(0, 1), rates: [rates] })
  const { phi } = fitAnchor(seasonal, [1, 4], { from: 49 * 96, to: 52 * 96 })
  assert.ok(Math.abs((phi[0] as number) - 0.9) < 0.02 && Math.abs((phi[1] as number) - 0.9 ** 4) < 0.02, phi.join())
})

test('an origin whose target lies beyond the panel has no part that is not a number', () => {
  const seasonal = seasonalOf(panel)
  const view = viewOf(seasonal, fitAnchor(seasonal, [96], { from: 28 * 96, to: 44 * 96 }))
  const batch = newBatch(1, 1, 2)
  fillSeries({ batch, view, series: 0, lot: 0, t: 60 * 96 - 2, end: 60 * 96 })
  for (const part of ['patches', 'days', 'query', 'mix', 'site', 'anchor', 'scale'] as const)
    assert.ok(batch[part].every(Number.isFinite), part)
})

test('a site that never moves still has an error that may be divided by', () => {
  const still = { ...panel, rates: panel.rates.map((rates) => rates.map(() => 0.5)) }
  const { sigma, scale } = fitAnchor(seasonalOf(still), [1, 96], { from: 28 * 96, to: 60 * 96 })
  assert.ok(sigma.every((error) => error > 0) && scale.every((table) => table.every((value) => value > 0)))
  assert.ok(inputsOf(still).batch.query.every(Number.isFinite))
})
