import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFloor } from '../../plan/floor.ts'
import { samplePlan } from '../../plan/sample-plan.ts'
import { findPlaces } from './find.ts'

const floor = createFloor(samplePlan(4, 60))

test('an id is found in any case, whole or by its beginning or middle', () => {
  assert.equal(findPlaces(floor, 's2-017')[0]?.name, 'S2-017')
  assert.deepEqual(
    findPlaces(floor, '-017').map(({ name }) => name),
    ['S0-017', 'S1-017', 'S2-017', 'S3-017'],
  )
  assert.equal(findPlaces(floor, 'site-1 · L0')[0]?.of, 'level')
})

test('nothing typed and nothing known find nothing; the list stays short', () => {
  assert.deepEqual(findPlaces(floor, '  '), [])
  assert.deepEqual(findPlaces(floor, 'nowhere'), [])
  assert.equal(findPlaces(floor, 's').length, 8)
})
