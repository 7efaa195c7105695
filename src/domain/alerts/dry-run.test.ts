import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dryAlerts } from './dry-run.ts'
import { scheduleOf } from './schedule.ts'

const at = (minutes: number) => Date.parse('2026-11-23T08:00:00Z') + minutes * 60_000
const always = scheduleOf([], { zone: 'UTC', holidays: [] })
const whole = { from: at(0), to: at(10_000) }
const found = (spans: readonly (readonly [number, number])[], delays: object = {}, schedule = always, window = whole) =>
  dryAlerts(
    spans.map(([from, to]) => ({ from: at(from), to: at(to) })),
    { onDelayS: 0, offDelayS: 60, ...delays },
    schedule,
    window,
  ).map(({ raised, cleared }) => [(raised - at(0)) / 60_000, (cleared - at(0)) / 60_000])

test('a condition shorter than the on-delay raises nothing, a longer one from the end of its delay on', () => {
  assert.deepEqual(
    found(
      [
        [0, 4],
        [100, 110],
      ],
      { onDelayS: 300 },
    ),
    [[105, 111]],
  )
})

test('a condition that is over for less than the off-delay goes on', () => {
  assert.deepEqual(
    found(
      [
        [0, 4],
        [5, 9],
      ],
      { offDelayS: 120 },
    ),
    [[0, 11]],
  )
})

test('what comes back within ten minutes is the same alert', () => {
  assert.deepEqual(
    found([
      [0, 1],
      [5, 6],
      [20, 21],
    ]),
    [
      [0, 7],
      [20, 22],
    ],
  )
})

test('a condition over the end of the hours is two alerts, and nothing is raised out of them', () => {
  const hours = scheduleOf([{ days: ['mon', 'tue'], from: '08:00', to: '09:00' }], { zone: 'UTC', holidays: [] })
  assert.deepEqual(
    found(
      [
        [30, 24 * 60 + 30],
        [90, 95],
      ].slice(0, 1) as [number, number][],
      {},
      hours,
    ),
    [
      [30, 60],
      [24 * 60, 24 * 60 + 31],
    ],
  )
  assert.deepEqual(found([[90, 95]], {}, hours), [])
})

test('gaps before the raise are not joined: twelve conditions of 590 s raise nothing at an on-delay of 600 s', () => {
  const spans = Array.from({ length: 12 }, (_, i) => [(620 * i) / 60, (620 * i + 590) / 60] as const)
  assert.deepEqual(found(spans, { onDelayS: 600, offDelayS: 60 }), [])
})

test('ten minutes count from the latest raise, so that one that flaps on and on is one alert', () => {
  const spans = Array.from({ length: 6 }, (_, i) => [8 * i, 8 * i + 1] as const)
  assert.deepEqual(found(spans), [[0, 42]])
})

test('a condition that began before the window raises at its begin, and one that ended before it never', () => {
  const window = { from: at(0), to: at(100) }
  assert.deepEqual(found([[-86_400, 20_000]], { onDelayS: 600 }, always, window), [[0, 100]])
  assert.deepEqual(found([[-5, 20]], { onDelayS: 600 }, always, window), [[5, 21]])
  assert.deepEqual(found([[-50, -10]], {}, always, window), [])
})
