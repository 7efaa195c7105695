import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import { begin, figureOf, type KnownPlace, reportsOf, standing, tableOf } from './testing/known-place.ts'

const dayMin = dayMs / minuteMs
/** Two vehicles leave each day at eight, and come back at noon. */
const moving = (days: number) =>
  Array.from({ length: days }, (_, day) => begin + day * dayMs).flatMap((at) => [
    standing(at, 10, 6, 10),
    standing(at + 8 * 60 * minuteMs, 10, 4, 10),
    standing(at + 12 * 60 * minuteMs, 10, 6, 10),
  ])
const place = (days: number, departures: readonly number[] = []): KnownPlace => ({
  ...{ bays: 10, rows: moving(days), departures, processed: begin + (days + 1) * dayMs },
})
const asked = { from: '2026-11-02', to: '2026-11-06' }

test('a history of occupancy alone has no turnover of 0, no stay and no overstay: they are unknown', async () => {
  await using imported = await reportsOf(place(4))
  const report = await imported.make(asked)
  for (const figure of ['stays', 'turnover', 'median_stay', 'overstays', 'overstay_share', 'overstay_minutes'])
    assert.equal((await figureOf(report, figure))['value'], null, figure)
  assert.equal((await figureOf(report, 'occupancy'))['value'], (20 * 6 + 4 * 4) / 240)
  assert.match(report.head.notes.join('\n'), /No stay of the period is known/)
  const turnover = await imported.make({ kind: 'turnover', ...asked })
  for (const row of await tableOf(turnover, 'turnover_days'))
    assert.deepEqual([row['stays'], row['turnover']], [null, null])
  for (const row of await tableOf(turnover, 'turnover_bays')) assert.equal(row['stays_per_day'], null)
})

test('turnover is that of the days whose stays are recorded, from the first whole one on', async () => {
  // Recording begins in the afternoon of the second day.
  const departures = [1.7, 1.8, 2.1, 2.2, 2.3, 3.1, 3.2, 3.3].map((day) => day * dayMin)
  await using begun = await reportsOf(place(4, departures))
  const report = await begun.make(asked)
  assert.equal((await figureOf(report, 'turnover'))['value'], 6 / (2 * 10))
  assert.ok(
    report.head.notes.some((note) => note.startsWith('Vehicles left on 2 of 4 days whose stays are not recorded')),
    report.head.notes.join('\n'),
  )
  const turnover = await begun.make({ kind: 'turnover', ...asked })
  assert.deepEqual(
    (await tableOf(turnover, 'turnover_days')).map((day) => day['turnover']),
    [null, null, 0.3, 0.3],
  )
  const perDay = (await tableOf(turnover, 'turnover_bays')).map((row) => Number(row['stays_per_day']))
  assert.equal(
    perDay.reduce((sum, each) => sum + each, 0),
    6 / 2,
  )
})

test('a day on which nothing moved has 0 turnover, and bays that fall silent are not left', async () => {
  await using still = await reportsOf({
    ...{ bays: 10, processed: begin + 2 * dayMs },
    rows: [standing(begin, 10, 6, 10), standing(begin + dayMs / 2, 10, 5, 9)],
  })
  const report = await still.make({})
  assert.equal((await figureOf(report, 'turnover'))['value'], 0)
  assert.equal((await figureOf(report, 'stays'))['value'], 0)
})
