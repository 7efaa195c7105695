/** Simple polygons in the plan, metres: area, crossing edges, and the area that two of them share. Corners in either direction. Pure. */
import type { Point } from './layout.ts'

export type Corners = readonly Point[]

/** Square metres, positive for corners clockwise on the screen (y down). */
export function signedArea(corners: Corners): number {
  let sum = 0
  let before = corners.at(-1) as Point
  for (const corner of corners) {
    sum += before.x * corner.y - corner.x * before.y
    before = corner
  }
  return sum / 2
}

export const areaOf = (corners: Corners): number => Math.abs(signedArea(corners))

/** Twice the area of the triangle: its sign is the side of the line a-b that c lies on. */
const side = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)

/** Edges that are no neighbours cross or touch, or one goes back over the one before. */
export function crossesItself(corners: Corners): boolean {
  const n = corners.length
  const at = (i: number) => corners[i % n] as Point
  for (let i = 0; i < n; i++) {
    if (turnsBack(at(i), at(i + 1), at(i + 2))) return true
    for (let k = i + 2; k < n; k++) if ((k + 1) % n !== i && meet(at(i), at(i + 1), at(k), at(k + 1))) return true
  }
  return false
}

/** The edge b-c lies on the edge a-b. */
const turnsBack = (a: Point, b: Point, c: Point) =>
  side(a, b, c) === 0 && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) < 0

function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [ofC, ofD, ofA, ofB] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)]
  if (((ofC > 0 && ofD < 0) || (ofC < 0 && ofD > 0)) && ((ofA > 0 && ofB < 0) || (ofA < 0 && ofB > 0))) return true
  return (
    (ofC === 0 && isBetween(a, c, b)) ||
    (ofD === 0 && isBetween(a, d, b)) ||
    (ofA === 0 && isBetween(c, a, d)) ||
    (ofB === 0 && isBetween(c, b, d))
  )
}

const isBetween = (a: Point, between: Point, b: Point) =>
  between.x >= Math.min(a.x, b.x) &&
  between.x <= Math.max(a.x, b.x) &&
  between.y >= Math.min(a.y, b.y) &&
  between.y <= Math.max(a.y, b.y)

/** Square metres that both cover. Neither may cross itself. */
export function sharedArea(one: Corners, other: Corners): number {
  if (isConvex(other)) return clippedArea(one, other)
  if (isConvex(one)) return clippedArea(other, one)
  return triangles(one).reduce((sum, triangle) => sum + clippedArea(other, triangle), 0)
}

export function isConvex(corners: Corners): boolean {
  let sign = 0
  for (let i = 0; i < corners.length; i++) {
    const turn = side(cornerAt(corners, i), cornerAt(corners, i + 1), cornerAt(corners, i + 2))
    if (turn === 0) continue
    if (sign !== 0 && Math.sign(turn) !== sign) return false
    sign = Math.sign(turn)
  }
  return true
}

const cornerAt = (corners: Corners, i: number) => corners[i % corners.length] as Point

/** Sutherland and Hodgman, "Reentrant polygon clipping" (1974). A concave subject may leave edges of no area. */
function clippedArea(subject: Corners, convex: Corners): number {
  const sign = signedArea(convex) < 0 ? -1 : 1
  let left = subject
  for (let i = 0; i < convex.length && left.length > 0; i++) {
    const [a, b] = [cornerAt(convex, i), cornerAt(convex, i + 1)]
    const inside = (corner: Point) => sign * side(a, b, corner)
    const kept: Point[] = []
    let before = left.at(-1) as Point
    let wasIn = inside(before)
    for (const corner of left) {
      const isIn = inside(corner)
      if (isIn >= 0 !== wasIn >= 0) {
        const share = wasIn / (wasIn - isIn)
        kept.push({ x: before.x + (corner.x - before.x) * share, y: before.y + (corner.y - before.y) * share })
      }
      if (isIn >= 0) kept.push(corner)
      before = corner
      wasIn = isIn
    }
    left = kept
  }
  return left.length < 3 ? 0 : areaOf(left)
}

/** Cuts off one ear after another (Meisters, 1975). */
function triangles(corners: Corners): Corners[] {
  const left = signedArea(corners) < 0 ? corners.toReversed() : [...corners]
  const cut: Corners[] = []
  while (left.length > 3) {
    const ear = left.findIndex((_, i) => isEar(left, i))
    // None is found only where rounding hides it: what is left is nearly without area.
    const at = Math.max(0, ear)
    cut.push([cornerAt(left, at + left.length - 1), cornerAt(left, at), cornerAt(left, at + 1)])
    left.splice(at, 1)
  }
  return [...cut, left]
}

function isEar(corners: Corners, i: number): boolean {
  const n = corners.length
  const [a, b, c] = [cornerAt(corners, i + n - 1), cornerAt(corners, i), cornerAt(corners, i + 1)]
  if (side(a, b, c) <= 0) return false
  return !corners.some(
    (p) => p !== a && p !== b && p !== c && side(a, b, p) >= 0 && side(b, c, p) >= 0 && side(c, a, p) >= 0,
  )
}
