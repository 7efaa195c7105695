/** Outlines as drawn are mostly rectangles: they become a place, a size and an angle, which costs less and is drawn faster. Pure. */

import { cornerOf } from '../../domain/bay-shape.ts'
import type { Bay, Point } from '../../domain/layout.ts'
import { signedArea } from '../../domain/polygon.ts'
import { millimetres } from './projection.ts'

/** A corner may be this far from the rectangle, metres. */
const offMax = 0.05
/** A corner nearer than this to the line between its neighbours is none, metres. */
const bendMin = 0.01

export type Shape = Pick<Bay, 'x' | 'y' | 'w' | 'h' | 'angle' | 'polygon'>

/** Corners in either direction, the last may repeat the first. `isOurs`: they begin at the upper left one and run clockwise, as we write them. */
export function shapeOf(corners: readonly Point[], isOurs = false): Shape {
  const open = withoutRepetition(corners)
  const rectangle = isOurs ? rectangleAt(open) : rectangleOf(withoutStraight(open))
  if (rectangle) return rectangle
  const polygon = open.map(({ x, y }) => ({ x: millimetres(x), y: millimetres(y) }))
  return { ...cornerOf(polygon), polygon }
}

/** Also of corners that follow each other, as drawn twice. */
export function withoutRepetition(corners: readonly Point[]): readonly Point[] {
  return corners.filter((corner, i) => {
    const after = corners[(i + 1) % corners.length] as Point
    return corners.length === 1 || Math.hypot(corner.x - after.x, corner.y - after.y) > 1e-4
  })
}

const withoutStraight = (corners: readonly Point[]) =>
  corners.filter((corner, i) => {
    const before = corners[(i + corners.length - 1) % corners.length] as Point
    const after = corners[(i + 1) % corners.length] as Point
    const length = Math.hypot(after.x - before.x, after.y - before.y)
    const off = Math.abs((after.x - before.x) * (corner.y - before.y) - (after.y - before.y) * (corner.x - before.x))
    return length === 0 || off / length > bendMin
  })

/** Drawn by somebody else: the shorter side is the width, and the angle is as small as it can be. */
function rectangleOf(corners: readonly Point[]): Shape | undefined {
  if (corners.length !== 4) return undefined
  const clockwise = signedArea(corners) > 0 ? corners : corners.toReversed()
  const shapes = [0, 1, 2, 3].flatMap(
    (from) => rectangleAt([...clockwise.slice(from), ...clockwise.slice(0, from)]) ?? [],
  )
  const narrow = shapes.filter(({ w = 0, h = 0 }) => w <= h)
  return (narrow.length > 0 ? narrow : shapes).toSorted((a, b) => Math.abs(a.angle ?? 0) - Math.abs(b.angle ?? 0))[0]
}

function rectangleAt(corners: readonly Point[]): Shape | undefined {
  const [a, b, c, d] = corners
  if (!a || !b || !c || !d || corners.length !== 4) return undefined
  // A parallelogram whose diagonals are equal.
  if (Math.hypot(a.x + c.x - b.x - d.x, a.y + c.y - b.y - d.y) > 2 * offMax) return undefined
  if (Math.abs(Math.hypot(c.x - a.x, c.y - a.y) - Math.hypot(d.x - b.x, d.y - b.y)) > 2 * offMax) return undefined
  const w = millimetres((Math.hypot(b.x - a.x, b.y - a.y) + Math.hypot(c.x - d.x, c.y - d.y)) / 2)
  const h = millimetres((Math.hypot(d.x - a.x, d.y - a.y) + Math.hypot(c.x - b.x, c.y - b.y)) / 2)
  if (w <= 0 || h <= 0) return undefined
  const angle = hundredths((Math.atan2(b.y - a.y + c.y - d.y, b.x - a.x + c.x - d.x) * 180) / Math.PI)
  const [x, y] = [(a.x + b.x + c.x + d.x) / 4 - w / 2, (a.y + b.y + c.y + d.y) / 4 - h / 2]
  return { x: millimetres(x), y: millimetres(y), w, h, ...(angle === 0 ? {} : { angle }) }
}

const hundredths = (degrees: number): number => {
  const rounded = Math.round(degrees * 100) / 100
  return rounded === 0 ? 0 : rounded
}
