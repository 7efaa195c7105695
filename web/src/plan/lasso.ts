/** The bays in a box that is drawn on the plan. Pure. */
import { centreX, centreY, type Floor } from './floor.ts'
import { layoutPoint, type View } from './view.ts'

interface Pixel {
  readonly x: number
  readonly y: number
}

/** Whose centres lie between two pixels of the canvas, CSS pixels. */
export const baysInBox = (floor: Floor, view: View, { from, to, dpr }: { from: Pixel; to: Pixel; dpr: number }) =>
  baysBetween(floor, layoutPoint(view, from.x * dpr, from.y * dpr), layoutPoint(view, to.x * dpr, to.y * dpr))

function baysBetween(floor: Floor, a: { x: number; y: number }, b: { x: number; y: number }): readonly number[] {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)]
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)]
  const found: number[] = []
  for (let i = 0; i < floor.size; i++) {
    const [x, y] = [centreX(floor, i), centreY(floor, i)]
    if (x >= left && x <= right && y >= top && y <= bottom) found.push(i)
  }
  return found
}
