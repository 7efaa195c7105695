import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bayAt, createFloor, labelOf, nearestPlate, neighbour, plateAt } from './floor.ts'
import { samplePlan } from './sample-plan.ts'

const floor = createFloor(samplePlan(8, 40))
const bay = fc.integer({ min: 0, max: floor.size - 1 })

test('a hit anywhere inside a bay finds that bay, and its plate', () => {
  fc.assert(
    fc.property(
      bay,
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (i, u, v) => {
        const x = (floor.x[i] as number) + u * floor.bayW
        const y = (floor.y[i] as number) + v * floor.bayH
        assert.equal(bayAt(floor, x, y), i)
        assert.equal(plateAt(floor, x, y), floor.plateOf[i])
        assert.equal(nearestPlate(floor, x, y), floor.plateOf[i])
      },
    ),
  )
})

test('a finger beside a bay finds it within reach, and nothing beyond', () => {
  const x = (floor.x[0] as number) - 1
  const y = (floor.y[0] as number) + 1
  assert.equal(bayAt(floor, x, y), -1)
  assert.equal(bayAt(floor, x, y, 1.5), 0)
  assert.equal(bayAt(floor, -500, -500, 1.5), -1)
})

test('arrows go to the next bay, across the aisle, and on to the next plate at the end of a row', () => {
  assert.equal(neighbour(floor, 0, 'right'), 1)
  assert.equal(neighbour(floor, 1, 'left'), 0)
  assert.equal(neighbour(floor, 3, 'down'), 13)
  assert.equal(neighbour(floor, 13, 'up'), 3)
  assert.equal(neighbour(floor, 9, 'right'), 40)
  assert.equal(neighbour(floor, 0, 'left'), 0)
})

test('every bay can be reached from the first by arrows alone', () => {
  const seen = new Set([0])
  const queue = [0]
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const direction of ['left', 'right', 'up', 'down'] as const) {
      const to = neighbour(floor, next, direction)
      if (!seen.has(to)) {
        seen.add(to)
        queue.push(to)
      }
    }
  assert.equal(seen.size, floor.size)
})

test('labels leave out what all ids of a plate share, up to the last separator', () => {
  assert.equal(labelOf(floor, 0), '001')
  assert.equal(labelOf(floor, 47), '008')
  assert.equal(labelOf(createFloor({ ...samplePlan(1, 1), ids: ['A-017'] }), 0), 'A-017')
})
