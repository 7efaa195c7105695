import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BatteryDay, forecastBattery, lowPercent } from './battery-forecast.ts'

const falling = (days: number, from: number, perDay: number, wobble: (day: number) => number = () => 0): BatteryDay[] =>
  Array.from({ length: days }, (_, day) => ({ day, percent: Math.round(from - perDay * day + wobble(day)) }))

describe('the forecast of a battery', () => {
  test('names the day at which a steady one is low, within its range', () => {
    for (const perDay of [0.1, 0.25, 0.5, 1]) {
      const days = falling(60, 90, perDay)
      const found = forecastBattery(days, 60)
      const truth = (90 - lowPercent) / perDay
      assert.ok(found.is === 'forecast', `${perDay} ${JSON.stringify(found)}`)
      assert.ok(found.before <= truth + 1, `${perDay}: ${found.before} ${truth}`)
      assert.ok((found.until ?? Number.POSITIVE_INFINITY) >= truth - 2, `${perDay}: ${found.until} ${truth}`)
    }
  })
  test('has a wider range for levels that waver with the cold of the night', () => {
    const width = (wobble: number) => {
      const found = forecastBattery(
        falling(60, 90, 0.5, (day) => wobble * Math.sin(day * 1.7)),
        60,
      )
      assert.ok(found.is === 'forecast')
      return (found.until ?? 9_999) - found.before
    }
    assert.ok(width(4) > width(0))
  })
  test('is not moved by single wrong levels', () => {
    const days = falling(60, 90, 0.5).map((one) => (one.day % 17 === 5 ? { ...one, percent: 0 } : one))
    const found = forecastBattery([...days, { day: 60, percent: 60 }], 61)
    assert.ok(found.is === 'forecast', JSON.stringify(found))
    assert.ok(found.before > 100, `${found.before}`)
  })
  test('starts again with a new battery', () => {
    const before = falling(60, 60, 0.7)
    const fresh = falling(10, 100, 0.5).map(({ day, percent }) => ({ day: day + 60, percent }))
    assert.deepEqual(forecastBattery([...before, ...fresh], 70), { is: 'cannot-tell', why: 'few-days', percent: 96 })
  })
  test('is not low once its battery is new, from the first day on', () => {
    const used = falling(60, 62, 1)
    const after = (...levels: number[]) =>
      forecastBattery([...used, ...levels.map((percent, i) => ({ day: 60 + i, percent }))], 60 + levels.length)
    assert.deepEqual(after(100), { is: 'cannot-tell', why: 'few-days', percent: 100 })
    assert.deepEqual(after(100, 99), { is: 'cannot-tell', why: 'few-days', percent: 99 })
    // A single wrong level is no new battery.
    assert.equal(after(100, 3).is, 'low')
    assert.equal(after(100, 3, 3).is, 'low')
  })
  test('takes levels that fall in steps for what they are: a wide range (P4ELEC issue 17)', () => {
    const steps = [100, 83, 64, 51].flatMap((percent, i) =>
      Array.from({ length: 15 }, (_, k) => ({ day: i * 15 + k, percent })),
    )
    const found = forecastBattery(steps, 60)
    assert.ok(found.is === 'forecast' && found.before < 85 && (found.until ?? 9_999) > 95, JSON.stringify(found))
  })
  test('goes on at 1 % where a new battery is not reported as one (com.philips.hue.zigbee issue 523)', () => {
    assert.equal(forecastBattery(falling(60, 60, 1), 60).is, 'low')
  })
  test('is not made of too few days, of a level that stays, or of none', () => {
    const why = (days: BatteryDay[]) => {
      const found = forecastBattery(days, days.length)
      return found.is === 'cannot-tell' ? found.why : found.is
    }
    assert.equal(why([]), 'no-level')
    assert.equal(why(falling(13, 90, 1)), 'few-days')
    assert.equal(why(falling(60, 90, 0)), 'no-trend')
    assert.equal(why(falling(60, 90, 0.01)), 'no-trend')
    assert.equal(why(falling(60, 50, -0.3)), 'no-trend')
    assert.equal(why(falling(80, 90, 1)), 'low')
  })
})
