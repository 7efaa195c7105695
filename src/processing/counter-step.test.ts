import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CounterAsk, counterStep } from './counter-step.ts'

const ask = (before: number | null, now: number, more: Partial<CounterAsk> = {}) =>
  counterStep({ before, now, elapsedMs: 60_000, hasRestarted: false, doubtful: undefined, ...more })

describe('a counter of a gate', () => {
  test('the first value counts nothing', () => assert.deepEqual(ask(null, 7), { kind: 'first', count: 0 }))
  test('a higher value counts what lies between', () => assert.deepEqual(ask(5, 9), { kind: 'on', count: 4 }))
  test('a value that is the same counts nothing', () => assert.deepEqual(ask(5, 5), { kind: 'on', count: 0 }))
  test('counters of 8, 16 and 32 bits wrap', () => {
    assert.deepEqual(ask(250, 4), { kind: 'on', count: 10 })
    assert.deepEqual(ask(65_530, 4), { kind: 'on', count: 10 })
    assert.deepEqual(ask(2 ** 32 - 1, 0), { kind: 'on', count: 1 })
  })
  test('a step that no gate can make is doubtful, and a longer time makes it possible', () => {
    assert.deepEqual(ask(101, 4_294_967_295), { kind: 'doubtful' })
    assert.deepEqual(ask(0, 401), { kind: 'doubtful' })
    assert.deepEqual(ask(0, 400), { kind: 'on', count: 400 })
    assert.deepEqual(ask(0, 401, { elapsedMs: 61_000 }), { kind: 'on', count: 401 })
  })
  test('a lower value is doubtful, and no entry', () => assert.deepEqual(ask(11, 10), { kind: 'doubtful' }))
  test('the value after it goes on from the one before, when that fits', () =>
    assert.deepEqual(ask(11, 12, { doubtful: 10 }), { kind: 'on', count: 1 }))
  test('two lower values that fit to each other are a counter that began again', () =>
    assert.deepEqual(ask(30_000, 12, { doubtful: 3 }), { kind: 'reset', count: 12 }))
  test('two values far above that fit to each other are where the counter stands now: only the step between them counts', () =>
    assert.deepEqual(ask(10, 500_003, { doubtful: 500_000 }), { kind: 'reset', count: 3 }))
})
