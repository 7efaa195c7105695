import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bayAt, centreX, centreY, createFloor, labelOf, neighbour } from './floor.ts'
import { samplePlan } from './sample-plan.ts'
import { shapesOf } from './shapes.ts'

const plain = samplePlan(1, 40)
const withShapes = (shapes: NonNullable<typeof plain.shapes>) => createFloor({ ...plain, shapes })

test('a turned bay is hit where it lies, and nowhere else', () => {
  const angle = fc.integer({ min: -360, max: 360 })
  fc.assert(
    fc.property(angle, (degrees) => {
      const floor = withShapes([{ i: 0, angle: degrees, w: 2, h: 6 }])
      const [cx, cy] = [(plain.x[0] as number) + 1, (plain.y[0] as number) + 3]
      const at = (u: number, v: number) => {
        const radians = (degrees * Math.PI) / 180
        return bayAt(
          floor,
          cx + u * Math.cos(radians) - v * Math.sin(radians),
          cy + u * Math.sin(radians) + v * Math.cos(radians),
        )
      }
      assert.equal(at(0.9, 2.9), 0)
      assert.equal(at(-0.9, -2.9), 0)
      assert.notEqual(at(1.1, 0), 0)
      assert.notEqual(at(0, 3.1), 0)
    }),
  )
})

test('a rectangle is turned by 90 degrees at most, its shorter side above, so that its name can be read', () => {
  fc.assert(
    fc.property(fc.integer({ min: -360, max: 360 }), fc.constantFrom(2.5, 7), (angle, w) => {
      const shape = shapesOf({ ...plain, shapes: [{ i: 0, angle, w }] }).get(0)
      assert.ok(shape && Math.abs(shape.angle) <= Math.PI / 2 + 1e-9 && shape.w <= shape.h)
      // Its own corner, turned back, is half its size away.
      const [dx, dy] = [(shape.corners[0] as number) - shape.cx, (shape.corners[1] as number) - shape.cy]
      const [cos, sin] = [Math.cos(shape.angle), Math.sin(shape.angle)]
      const [across, along] = [Math.abs(dx * cos + dy * sin), Math.abs(dy * cos - dx * sin)]
      assert.ok(Math.abs(across - shape.w / 2) < 1e-4 && Math.abs(along - shape.h / 2) < 1e-4)
    }),
  )
})

test('an outline is hit in its own area, its notch is not', () => {
  const [x, y] = [plain.x[0] as number, plain.y[0] as number]
  const ell = [0, 0, 2, 0, 2, 2, 1, 2, 1, 4, 0, 4].map((value, i) => value + (i % 2 === 0 ? x : y))
  const floor = withShapes([{ i: 0, polygon: ell }])
  assert.equal(bayAt(floor, x + 0.5, y + 3), 0)
  assert.equal(bayAt(floor, x + 1.6, y + 3), -1)
  assert.equal(bayAt(floor, x + 1.6, y + 3, 1), 0)
  assert.ok(centreX(floor, 0) > x + 0.7 && centreX(floor, 0) < x + 1 && centreY(floor, 0) > y)
})

test('arrows go by the centres of shapes, and labels replace ids', () => {
  const floor = createFloor({ ...plain, shapes: [{ i: 1, angle: 30, w: 2.4 }], labels: [[1, 'two']] })
  assert.equal(neighbour(floor, 0, 'right'), 1)
  assert.equal(neighbour(floor, 1, 'right'), 2)
  assert.equal(labelOf(floor, 1), 'two')
  assert.equal(labelOf(floor, 0), '001')
})

test('a plan without shapes costs no look at them', () => {
  assert.equal(createFloor(plain).shapes.size, 0)
})
