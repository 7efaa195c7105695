/** Outlines of bays in a draft, and what moves and turns them. Metres, x to the right, y down; angles clockwise. Pure. */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'

export type Level = LayoutDocument['sites'][number]['levels'][number]
export type Bay = Level['bays'][number]
export type Sizes = Pick<LayoutDocument, 'bay_w' | 'bay_h'>

export interface Point {
  readonly x: number
  readonly y: number
}
export interface Box extends Point {
  readonly w: number
  readonly h: number
}

export const millimetres = (metres: number) => Math.round(metres * 1_000) / 1_000

export function turned(point: Point, about: Point, degrees: number): Point {
  const radians = (degrees * Math.PI) / 180
  const [dx, dy] = [point.x - about.x, point.y - about.y]
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)]
  return { x: about.x + dx * cos - dy * sin, y: about.y + dx * sin + dy * cos }
}

export function centreOf({ x, y, w, h, polygon }: Bay, { bay_w, bay_h }: Sizes): Point {
  if (!polygon) return { x: x + (w ?? bay_w) / 2, y: y + (h ?? bay_h) / 2 }
  const sum = polygon.reduce((at, corner) => ({ x: at.x + corner.x, y: at.y + corner.y }), { x: 0, y: 0 })
  return { x: sum.x / polygon.length, y: sum.y / polygon.length }
}

export function outlineOf(bay: Bay, sizes: Sizes): readonly Point[] {
  if (bay.polygon) return bay.polygon
  const { x, y, w = sizes.bay_w, h = sizes.bay_h, angle = 0 } = bay
  const corners = [
    { x, y },
    { x: x + w, y },
    { x: x + w, y: y + h },
    { x, y: y + h },
  ]
  return angle === 0 ? corners : corners.map((corner) => turned(corner, centreOf(bay, sizes), angle))
}

export function boxOf(points: readonly Point[]): Box | undefined {
  if (points.length === 0) return undefined
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y } of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { x: left, y: top, w: right - left, h: bottom - top }
}

export const boxOfBays = (bays: readonly Bay[], sizes: Sizes): Box | undefined =>
  boxOf(bays.flatMap((bay) => outlineOf(bay, sizes)))

export function isInside(outline: readonly Point[], { x, y }: Point): boolean {
  let inside = false
  for (const [i, a] of outline.entries()) {
    const b = outline[(i + 1) % outline.length] as Point
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside
  }
  return inside
}

export function movedBay(bay: Bay, dx: number, dy: number): Bay {
  const at = (point: Point) => ({ x: millimetres(point.x + dx), y: millimetres(point.y + dy) })
  return { ...bay, ...at(bay), ...(bay.polygon ? { polygon: bay.polygon.map(at) } : {}) }
}

/** Turned about a point, which need not be its own centre. */
export function turnedBay(bay: Bay, about: Point, degrees: number, sizes: Sizes): Bay {
  if (bay.polygon) {
    const polygon = bay.polygon.map((corner) => {
      const { x, y } = turned(corner, about, degrees)
      return { x: millimetres(x), y: millimetres(y) }
    })
    const box = boxOf(polygon) as Box
    return { ...bay, x: box.x, y: box.y, polygon }
  }
  const centre = centreOf(bay, sizes)
  const next = turned(centre, about, degrees)
  const { angle = 0, ...rest } = movedBay(bay, next.x - centre.x, next.y - centre.y)
  const sum = millimetres((((angle + degrees + 180) % 360) + 360) % 360) - 180
  return sum === 0 ? rest : { ...rest, angle: sum }
}

/** Bays side by side from one point towards another, as many as fit; their heads stand on the line. */
export function rowBetween(from: Point, to: Point, { bay_w, bay_h }: Sizes): readonly Omit<Bay, 'id'>[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const count = Math.max(1, Math.floor(length / bay_w + 1e-6))
  const angle = millimetres((Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI)
  return Array.from({ length: count }, (_, i) => {
    const centre = turned({ x: from.x + (i + 0.5) * bay_w, y: from.y + bay_h / 2 }, from, angle)
    const corner = { x: millimetres(centre.x - bay_w / 2), y: millimetres(centre.y - bay_h / 2) }
    return { ...corner, ...(angle === 0 ? {} : { angle }), types: ['standard' as const], zones: [], devices: [] }
  })
}
