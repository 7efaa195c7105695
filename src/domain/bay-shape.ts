/** The outline of a bay in the plan, metres: its polygon, or its rectangle turned about its centre. */
import type { Bay, Layout, Point } from './layout.ts'

type Sizes = Pick<Layout, 'bayW' | 'bayH'>
type Shape = Pick<Bay, 'x' | 'y' | 'w' | 'h' | 'angle' | 'polygon'>

/** Of a polygon: the mean of its corners, which need not lie within it. */
export function bayCentre({ x, y, w, h, polygon }: Shape, { bayW, bayH }: Sizes): Point {
  if (!polygon) return { x: x + (w ?? bayW) / 2, y: y + (h ?? bayH) / 2 }
  const sum = polygon.reduce((at, corner) => ({ x: at.x + corner.x, y: at.y + corner.y }), { x: 0, y: 0 })
  return { x: sum.x / polygon.length, y: sum.y / polygon.length }
}

/** Clockwise on the screen, from the upper left corner of the rectangle before it is turned. */
export function bayOutline(bay: Shape, sizes: Sizes): readonly Point[] {
  if (bay.polygon) return bay.polygon
  const { x, y, w = sizes.bayW, h = sizes.bayH, angle = 0 } = bay
  const corners = [
    { x, y },
    { x: x + w, y },
    { x: x + w, y: y + h },
    { x, y: y + h },
  ]
  return angle === 0 ? corners : corners.map((corner) => turned(corner, bayCentre(bay, sizes), angle))
}

function turned(point: Point, about: Point, degrees: number): Point {
  const radians = (degrees * Math.PI) / 180
  const [dx, dy] = [point.x - about.x, point.y - about.y]
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)]
  return { x: about.x + dx * cos - dy * sin, y: about.y + dx * sin + dy * cos }
}

/** Upper left corner of the box around an outline: `x` and `y` of a bay with that polygon. */
export const cornerOf = (polygon: readonly Point[]): Point => ({
  x: polygon.reduce((least, { x }) => Math.min(least, x), Number.POSITIVE_INFINITY),
  y: polygon.reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY),
})
