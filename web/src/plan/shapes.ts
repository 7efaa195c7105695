/** Bays that are no upright rectangle of the usual size: slanted rows, kerbs, outlines. Pure. */
import type { Plan } from '@baykeeper/contract/live.ts'

export interface BayShape {
  /** x, y, x, y, ..., metres. */
  readonly corners: Float32Array
  readonly isPolygon: boolean
  /** Of a polygon: the rectangle that its sign is drawn in. */
  readonly w: number
  readonly h: number
  /** Radians clockwise, at most 90 degrees either way: its name is never upside down. */
  readonly angle: number
  readonly cx: number
  readonly cy: number
}

export function shapesOf(plan: Plan): ReadonlyMap<number, BayShape> {
  const { bay_w: bayW, bay_h: bayH } = plan
  return new Map(
    (plan.shapes ?? []).map(({ i, w = bayW, h = bayH, angle = 0, polygon }) => [
      i,
      polygon
        ? ofPolygon(polygon)
        : ofRectangle((plan.x[i] ?? 0) + w / 2, (plan.y[i] ?? 0) + h / 2, turned(w, h, angle)),
    ]),
  )
}

type Turned = Pick<BayShape, 'w' | 'h' | 'angle'>

/** The same rectangle upright, its shorter side above: there its name has room. */
function turned(w: number, h: number, degrees: number): Turned {
  const upright = w > h ? degrees + 90 : degrees
  const half = (((upright % 180) + 270) % 180) - 90
  return { w: Math.min(w, h), h: Math.max(w, h), angle: (half * Math.PI) / 180 }
}

function ofRectangle(cx: number, cy: number, { w, h, angle }: Turned): BayShape {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const at = (dx: number, dy: number) => [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos]
  const corners = Float32Array.from([at(-w / 2, -h / 2), at(w / 2, -h / 2), at(w / 2, h / 2), at(-w / 2, h / 2)].flat())
  return { corners, isPolygon: false, w, h, angle, cx, cy }
}

/** Its sign lies along its longest side, in as much room as a square of two thirds of its area has. */
function ofPolygon(polygon: readonly number[]): BayShape {
  const corners = Float32Array.from(polygon)
  const n = corners.length / 2
  let [area, sumX, sumY, longest, angle] = [0, 0, 0, 0, 0]
  for (let k = 0; k < n; k++) {
    const [x, y] = [corners[2 * k] as number, corners[2 * k + 1] as number]
    const next = (k + 1) % n
    const [x2, y2] = [corners[2 * next] as number, corners[2 * next + 1] as number]
    const cross = x * y2 - x2 * y
    area += cross / 2
    sumX += (x + x2) * cross
    sumY += (y + y2) * cross
    const length = Math.hypot(x2 - x, y2 - y)
    if (length > longest) {
      longest = length
      // The longer side is the length of a bay, which is drawn upwards.
      angle = (Math.atan2(y2 - y, x2 - x) * 180) / Math.PI - 90
    }
  }
  const side = Math.sqrt(Math.abs(area) * 0.66)
  // Along the longest side the sign may be longer than wide, as a car is.
  const h = Math.min(longest * 0.9, side * 1.3)
  return {
    ...{ corners, isPolygon: true, ...turned((side * side) / h, h, angle) },
    ...{ cx: sumX / (6 * area), cy: sumY / (6 * area) },
  }
}

/** Metres from a point to the shape; 0 within it. */
export function awayFrom({ corners }: BayShape, x: number, y: number): number {
  let inside = false
  let least = Number.POSITIVE_INFINITY
  const n = corners.length / 2
  for (let k = 0; k < n; k++) {
    const [ax, ay] = [corners[2 * k] as number, corners[2 * k + 1] as number]
    const next = (k + 1) % n
    const [bx, by] = [corners[2 * next] as number, corners[2 * next + 1] as number]
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside
    const share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / Math.max(1e-9, (bx - ax) ** 2 + (by - ay) ** 2)
    const t = Math.max(0, Math.min(1, share))
    least = Math.min(least, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
  }
  return inside ? 0 : least
}

export const topOf = ({ corners }: BayShape): number =>
  corners.reduce((least, value, i) => (i % 2 === 1 ? Math.min(least, value) : least), Number.POSITIVE_INFINITY)
