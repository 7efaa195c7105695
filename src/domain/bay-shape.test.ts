import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bayCentre, bayOutline } from './bay-shape.ts'

const sizes = { bayW: 2, bayH: 4 }
const rounded = (points: readonly { x: number; y: number }[]) =>
  points.map(({ x, y }) => [x, y].map((value) => Math.round(value * 1e6) / 1e6 + 0))

test('a rectangle turns clockwise about its centre, which stays where it is', () => {
  const bay = { x: 10, y: 20 }
  assert.deepEqual(rounded(bayOutline(bay, sizes)), [
    [10, 20],
    [12, 20],
    [12, 24],
    [10, 24],
  ])
  assert.deepEqual(rounded(bayOutline({ ...bay, angle: 90 }, sizes)), [
    [13, 21],
    [13, 23],
    [9, 23],
    [9, 21],
  ])
  assert.deepEqual(bayCentre({ ...bay, angle: 33 }, sizes), { x: 11, y: 22 })
  assert.deepEqual(bayCentre({ ...bay, w: 6, h: 2 }, sizes), { x: 13, y: 21 })
})

test('a polygon is its own outline', () => {
  const polygon = [
    { x: 0, y: 0 },
    { x: 3, y: 0 },
    { x: 0, y: 3 },
  ]
  assert.deepEqual(bayOutline({ x: 0, y: 0, polygon }, sizes), polygon)
  assert.deepEqual(bayCentre({ x: 0, y: 0, polygon }, sizes), { x: 1, y: 1 })
})
