import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import { begin, figureOf, reportsOf, standing, tableOf } from './testing/known-place.ts'

const hourMs = 60 * minuteMs

test('time that was not processed yet is not known, and a note gives up to where it was', async () => {
  await using place = await reportsOf({
    ...{ bays: 10, rows: [standing(begin, 10, 8, 10)], processed: begin + hourMs + minuteMs },
  })
  const report = await place.make({ kind: 'occupancy', to: '2026-11-04' })
  assert.equal(report.head.period.coverage, 1 / 48)
  assert.ok(
    report.head.notes.includes('Processed up to 2026-11-02T01:01:00.000+00:00: what came later is not known.'),
    report.head.notes.join('\n'),
  )
  const days = await tableOf(report, 'days')
  assert.deepEqual(
    days.map(({ occupancy, highest, coverage }) => [occupancy, highest, coverage]),
    [
      [0.8, 0.8, 1 / 24],
      [null, null, 0],
    ],
  )
  const quarters = await tableOf(await place.make({ kind: 'occupancy-15min' }), 'quarters')
  assert.deepEqual(
    quarters.slice(3, 5).map((row) => [row['capacity_bays'], row['occupied_bays'], row['coverage']]),
    [
      [10, 8, 1],
      [null, null, 0],
    ],
  )
  // All of it was processed: the last change stands.
  await using whole = await reportsOf({
    ...{ bays: 10, rows: [standing(begin, 10, 8, 10)], processed: begin + 3 * dayMs },
  })
  const { head } = await whole.make({ kind: 'occupancy' })
  assert.equal(head.period.coverage, 1)
  assert.deepEqual(head.notes, [])
})

test('a store into which nothing was processed knows nothing', async () => {
  await using place = await reportsOf({ bays: 2, rows: [standing(begin, 2, 1, 2)], processed: undefined })
  const { head } = await place.make({ kind: 'occupancy' })
  assert.equal(head.period.coverage, 0)
  assert.ok(head.notes.includes('Nothing was processed yet: nothing is known.'), head.notes.join('\n'))
})

test('the highest occupancy is of the bays known then, and never below the mean of its row', async () => {
  const processed = begin + 2 * dayMs
  const peaksOf = async (...rows: ReturnType<typeof standing>[]) => {
    await using place = await reportsOf({ bays: 100, rows, processed })
    const report = await place.make({ kind: 'peaks' })
    const [day] = await tableOf(report, 'days')
    const [busy] = await tableOf(report, 'busy')
    return [day?.['occupancy'], day?.['highest'], day?.['highest_bays'], busy?.['highest']]
  }
  assert.deepEqual(await peaksOf(standing(begin, 100, 80, 80)), [1, 1, 80, 1])
  // Half of them is too little to be observed.
  assert.deepEqual(await peaksOf(standing(begin, 100, 50, 50)), [1, null, null, undefined])
  // All that was known was taken in the hours that were hardly observed.
  const half = begin + 12 * hourMs
  const [mean, ...highest] = await peaksOf(standing(begin, 100, 50, 50), standing(half, 100, 10, 100))
  assert.deepEqual([mean, ...highest], [0.4, null, null, undefined])
})

test('time of 90 % is counted of the time that was observed, and is not known without any', async () => {
  const processed = begin + 2 * dayMs
  await using half = await reportsOf({
    ...{ bays: 10, processed },
    rows: [
      standing(begin, 10, 10, 10),
      standing(begin + 6 * hourMs, 10, 1, 10),
      standing(begin + 12 * hourMs, 10, 1, 2),
    ],
  })
  const report = await half.make({})
  assert.equal((await figureOf(report, 'busy'))['value'], 0.5 * 7 * 24 * 60)
  assert.equal((await figureOf(report, 'observed'))['value'], 0.5)
  await using none = await reportsOf({ bays: 10, rows: [standing(begin, 10, 2, 2)], processed })
  assert.equal((await figureOf(await none.make({}), 'busy'))['value'], null)
})

test('minutes in which all was taken are not known where nothing is', async () => {
  await using place = await reportsOf({ bays: 10, processed: begin + 2 * dayMs })
  const report = await place.make({ kind: 'occupancy' })
  for (const name of ['days', 'cells'])
    for (const row of await tableOf(report, name)) assert.equal(row['full_min'], null)
})
