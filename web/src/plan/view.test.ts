import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fitView, layoutPoint, movedView, onCanvas, scaleMax, zoomedView } from './view.ts'

const box = fc.record({
  x: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  y: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  w: fc.double({ min: 1, max: 5e3, noNaN: true }),
  h: fc.double({ min: 1, max: 5e3, noNaN: true }),
})
const size = fc.record({ w: fc.integer({ min: 60, max: 4000 }), h: fc.integer({ min: 60, max: 4000 }) })

test('a fitted box lies whole on the canvas, inside its margin and in the middle', () => {
  fc.assert(
    fc.property(box, size, (bounds, canvas) => {
      const seen = onCanvas(fitView(bounds, canvas, 10), bounds)
      assert.ok(seen.x >= 10 - 1e-6 && seen.y >= 10 - 1e-6)
      assert.ok(seen.x + seen.w <= canvas.w - 10 + 1e-6 && seen.y + seen.h <= canvas.h - 10 + 1e-6)
      assert.ok(Math.abs(seen.x + seen.w / 2 - canvas.w / 2) < 1e-6)
    }),
  )
})

test('zooming keeps the point under the hand where it is', () => {
  fc.assert(
    fc.property(box, size, fc.double({ min: 0.2, max: 5, noNaN: true }), (bounds, canvas, factor) => {
      const view = fitView(bounds, canvas, 10)
      const at = { x: canvas.w / 3, y: canvas.h / 4 }
      const before = layoutPoint(view, at.x, at.y)
      const zoomed = zoomedView(view, factor, at, view.scale)
      const after = layoutPoint(zoomed, at.x, at.y)
      assert.ok(
        Math.hypot(after.x - before.x, after.y - before.y) < 1e-6 * (1 + Math.abs(before.x) + Math.abs(before.y)),
      )
      assert.ok(zoomed.scale <= scaleMax && zoomed.scale >= view.scale * 0.74)
    }),
  )
})

test('however far it is dragged, the plan stays over the middle of the canvas', () => {
  fc.assert(
    fc.property(
      box,
      size,
      fc.integer({ min: -99999, max: 99999 }),
      fc.integer({ min: -99999, max: 99999 }),
      (b, s, dx, dy) => {
        const seen = onCanvas(movedView(fitView(b, s, 10), dx, dy, b, s), b)
        assert.ok(seen.x <= s.w / 2 + 1e-6 && seen.x + seen.w >= s.w / 2 - 1e-6)
        assert.ok(seen.y <= s.h / 2 + 1e-6 && seen.y + seen.h >= s.h / 2 - 1e-6)
      },
    ),
  )
})
