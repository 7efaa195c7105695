import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snakeKeys } from './snake-keys.ts'

test('keys are snake case all the way down, and values stay as they are', () => {
  const value = { lastRecord: 4, damage: [{ fromRecord: 2, reason: 'tornEnd' }], none: null, id: 'aB' }
  assert.deepEqual(snakeKeys(value), {
    ...{ last_record: 4, damage: [{ from_record: 2, reason: 'tornEnd' }], none: null, id: 'aB' },
  })
})
