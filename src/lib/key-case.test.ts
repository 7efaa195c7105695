import assert from 'node:assert/strict'
import { test } from 'node:test'
import { camelKeys, snakeKeys } from './key-case.ts'

test('keys change at every depth, values never, and back again', () => {
  const value = {
    bayW: 2.5,
    sites: [{ maxStayMin: 90, open: null, names: ['maxStay', 'bay_w'] }],
    geo: { outOf: { x: 1 } },
  }
  const onWire = {
    bay_w: 2.5,
    sites: [{ max_stay_min: 90, open: null, names: ['maxStay', 'bay_w'] }],
    geo: { out_of: { x: 1 } },
  }
  assert.deepEqual(snakeKeys(value), onWire)
  assert.deepEqual(camelKeys(onWire), value)
})

test('what is undefined is left out, as JSON would', () => {
  assert.deepEqual(Object.keys(camelKeys({ a_b: undefined, c: 1 }) as object), ['c'])
})
