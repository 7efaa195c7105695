import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFades, fadeMs } from './fades.ts'

test('a fade grows and ends at full weight within its time', () => {
  const fades = createFades(() => false)
  fades.add([4], 0)
  let shown = 0
  let steps = 0
  for (let now = 0; fades.busy; now += 1000 / 60) {
    for (const { weight } of fades.due(now)) shown += (1 - shown) * weight
    assert.ok(now <= fadeMs + 17)
    steps++
  }
  assert.equal(shown, 1)
  assert.ok(steps > 5)
})

test('with reduced motion, and in a storm, changes are painted at once', () => {
  const still = createFades(() => true)
  still.add([1], 0)
  assert.deepEqual(still.due(0), [{ bays: [1], weight: 1 }])
  assert.equal(still.busy, false)
  const storm = createFades(() => false)
  const many = Array.from({ length: 5_000 }, (_, i) => i)
  storm.add(many, 0)
  assert.equal(storm.due(0)[0]?.weight, 1)
})
