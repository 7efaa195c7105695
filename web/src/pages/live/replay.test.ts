import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replayed, speeds } from './replay.ts'

test('a replay goes on by the time that passed, times its speed, and ends at the present', () => {
  for (const speed of speeds) assert.equal(replayed(1_000_000, 500, speed, 9_000_000), 1_000_000 + 500 * speed)
  assert.equal(replayed(1_000_000, 500, 1_000, 1_500_000), undefined)
  assert.equal(replayed(1_000_000, 500, 1_000, 1_500_001), 1_500_000)
})
