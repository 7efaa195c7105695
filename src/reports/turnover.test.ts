import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import { begin, figureOf, reportsOf, standing, tableOf } from './testing/known-place.ts'

test('turnover is that of bays, and is not known where places of a count zone are in the known time', async () => {
  const departures = Array.from({ length: 30 }, (_, i) => 60 + i)
  const processed = begin + 2 * dayMs
  await using bays = await reportsOf({ ...{ bays: 10, departures, processed }, rows: [standing(begin, 10, 5, 10)] })
  const [day] = await tableOf(await bays.make({ kind: 'turnover' }), 'turnover_days')
  assert.deepEqual([day?.['stays'], day?.['turnover']], [30, 3])
  assert.equal((await figureOf(await bays.make({}), 'turnover'))['value'], 3)
  await using both = await reportsOf({
    ...{ bays: 10, counted: 40, departures, processed },
    rows: [standing(begin, 50, 25, 50)],
  })
  const report = await both.make({ kind: 'turnover' })
  const [mixed] = await tableOf(report, 'turnover_days')
  assert.deepEqual([mixed?.['stays'], mixed?.['turnover']], [30, null])
  assert.match(report.head.notes.join('\n'), /Turnover is not known: places of count zones/)
  assert.equal((await figureOf(await both.make({}), 'turnover'))['value'], null)
})

test('stays of time that was hardly observed are counted, but are no turnover of the little that is known', async () => {
  const departures = Array.from({ length: 30 }, (_, i) => 60 + i)
  const lastHour = begin + dayMs - 3_600_000
  const from = { from: '2026-11-02', to: '2026-11-04' }
  await using imported = await reportsOf({
    ...{ bays: 10, departures, processed: begin + 3 * dayMs },
    rows: [standing(lastHour, 10, 0, 10)],
  })
  const days = await tableOf(await imported.make({ kind: 'turnover', ...from }), 'turnover_days')
  assert.deepEqual(
    days.map(({ stays, turnover, coverage }) => [stays, turnover, coverage]),
    [
      [30, null, 1 / 24],
      [0, 0, 1],
    ],
  )
  assert.equal((await figureOf(await imported.make(from), 'turnover'))['value'], 0)
  assert.equal((await figureOf(await imported.make({}), 'turnover'))['value'], null)
})

test('a stay counts on the local day of its departure, also after a change of clocks', async () => {
  // Half past midnight in Berlin, before and after clocks are set back on 25 October.
  const departures = ['2026-10-24T22:30:00Z', '2026-10-25T23:30:00Z'].map((at) => (Date.parse(at) - begin) / minuteMs)
  await using place = await reportsOf({
    ...{ bays: 10, zone: 'Europe/Berlin', departures, processed: begin + 3 * dayMs },
    rows: [standing(begin - 20 * dayMs, 10, 5, 10)],
  })
  const report = await place.make({ kind: 'turnover', from: '2026-10-24', to: '2026-10-27' })
  assert.deepEqual(
    (await tableOf(report, 'turnover_days')).map(({ date, stays }) => [date, stays]),
    [
      ['2026-10-24', 0],
      ['2026-10-25', 1],
      ['2026-10-26', 1],
    ],
  )
})
