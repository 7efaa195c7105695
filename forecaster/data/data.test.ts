import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedCity } from './city.ts'
import { easter, holidaysNrw } from './holidays.ts'
import { dropFalse, muensterFile } from './muenster.ts'
import { dateFromDays, daysFromDate, dayType, weekday } from './panel.ts'

test('Easter falls where the church put it', () => {
  const dates = [2021, 2022, 2023, 2024, 2025, 2026].map((year) => dateFromDays(easter(year)))
  assert.deepEqual(dates, ['2021-04-04', '2022-04-17', '2023-04-09', '2024-03-31', '2025-04-20', '2026-04-05'])
  assert.ok(holidaysNrw(2026, 2026).has('2026-06-04'), 'Corpus Christi')
})

test('weekdays count from Monday', () => {
  assert.equal(weekday(daysFromDate('2024-05-06')), 0)
  assert.equal(weekday(daysFromDate('1969-12-28')), 6)
})

test('more than 1.05 of the capacity is missing, and zeros next to a well-filled value are a closed garage', () => {
  const free = Float32Array.of(100, 0, Number.NaN, 0, 3, 0, 2, 106)
  dropFalse(free, 100)
  assert.deepEqual(
    [...free.keys()].filter((i) => Number.isNaN(free[i])),
    [1, 2, 3, 7],
  )
  assert.equal(free[5], 0, 'a zero among low values is a full garage')
})

test('the same seed generates the same city, another seed another', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => generatedCity({ seed, lots: 3, days: 20 }).rates)
  assert.deepEqual(a, b)
  assert.notDeepEqual(a, c)
})

test('a generated city has rates of whole spaces between 0 and 1, gaps, weekends and holidays unlike working days', () => {
  const panel = generatedCity({ seed: 5, lots: 4, days: 120 })
  const office = panel.rates[0] as Float32Array
  const capacity = panel.lots[0]?.capacity as number
  const noon = [0, 0, 0]
  const days = [0, 0, 0]
  for (let day = 0; day < 120; day++) {
    const rate = office[day * 96 + 48] as number
    if (Number.isNaN(rate)) continue
    assert.ok(rate >= 0 && rate <= 1 && Math.abs(rate * capacity - Math.round(rate * capacity)) < 1e-3)
    const type = dayType(panel, day)
    noon[type] = (noon[type] as number) + rate
    days[type] = (days[type] as number) + 1
  }
  const [working, , free] = noon.map((sum, type) => sum / (days[type] as number))
  assert.ok((working as number) > (free as number) + 0.2)
  assert.ok(panel.rates.some((rates) => rates.some(Number.isNaN)))
})

test('data that is not there is named, with the file and what to do', () => {
  assert.throws(() => muensterFile('nowhere'), /nowhere.*muenster_free_spaces.*--data city/)
})
