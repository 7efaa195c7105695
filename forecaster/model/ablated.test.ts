import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedCity } from '../data/city.ts'
import { isHoliday, stepOf } from '../data/panel.ts'
import { fitAnchor } from '../features/anchor.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { calendarColumns, newBatch, sizes } from '../features/batch.ts'
import { fillSeries } from '../features/network-input.ts'
import { viewOf } from '../features/view.ts'
import { leaveOut } from './ablated.ts'
import { allParts } from './config.ts'

const panel = generatedCity({ seed: 2, lots: 1, days: 60, from: '2023-03-06' })
const seasonal = seasonalOf(panel)
const view = viewOf(seasonal, fitAnchor(seasonal, [4], { from: 0, to: 50 * 96 }))
/** Easter Monday, at noon. */
const t = stepOf(panel, '2023-04-10') + 48

function filled() {
  const batch = newBatch(1, 1, 0)
  fillSeries({ batch, view, series: 0, lot: 0, t, end: t + 10 })
  return batch
}

test('leaving the calendar out changes nothing but what knows of holidays', () => {
  assert.equal(isHoliday(panel, Math.floor(t / 96)), 1)
  const [whole, less] = [filled(), filled()]
  leaveOut(less, { ...allParts, covariates: false })
  const changed = [...whole.query.keys()].filter((i) => whole.query[i] !== less.query[i])
  const columns: readonly number[] = calendarColumns.query
  assert.ok(changed.length >= 2 && changed.every((column) => columns.includes(column)), changed.join())
  assert.deepEqual(whole.patches, less.patches)
  const holidayColumns = [...whole.days.keys()].filter((i) => whole.days[i] !== less.days[i]).map((i) => i % sizes.day)
  assert.ok(holidayColumns.every((column) => column >= sizes.day - 3))
})

test('without the anchor the residual is over the present rate, and the first candidate is no difference at all', () => {
  const batch = filled()
  leaveOut(batch, { ...allParts, anchor: false })
  assert.equal(batch.anchor[0], panel.rates[0]?.[t])
  assert.ok(Math.abs(batch.mix[0] as number) < 1e-4)
})
