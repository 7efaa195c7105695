import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KeptFactor, nextFactors } from './factors.ts'

/** Days of scoring once an hour, where intervals should be `truth` times as wide as they are unstretched. */
function lived(truth: number, days: number): number[] {
  const used: number[] = []
  let kept: KeptFactor[] = []
  for (let hour = 0; hour < days * 24; hour++) {
    const window = used.slice(-28 * 24)
    const mean = window.length === 0 ? 1 : window.reduce((sum, each) => sum + each, 0) / window.length
    const scored = [{ lot: 'a', minutes: 15, of80: truth / mean, of95: 1 }]
    kept = nextFactors(kept, scored, 1 / Math.max(1, Math.min(28 * 24, hour)))
    used.push(kept[0]?.of80 ?? 1)
  }
  return used
}

test('intervals come to the width they need and stay there, neither swinging nor growing', () => {
  for (const truth of [0.7, 1, 1.3, 2]) {
    const used = lived(truth, 60)
    for (const factor of used.slice(24)) assert.ok(Math.abs(factor / truth - 1) < 0.1, `${factor} for ${truth}`)
    assert.ok(Math.abs((used.at(-1) ?? 0) / truth - 1) < 0.02)
  }
})

test('a few odd days cannot move a factor beyond its bounds', () => {
  const [wild] = nextFactors([], [{ lot: 'a', minutes: 15, of80: 50, of95: 0.01 }], 1)
  assert.deepEqual([wild?.of80, wild?.of95], [4, 0.4])
})
