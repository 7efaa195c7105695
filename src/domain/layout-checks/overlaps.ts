/**
 * Bays of one level that lie on each other. Real drawings are imprecise: bays may touch, and share up to a tenth of the smaller one.
 * Grids find the neighbours of each bay, so that the time grows with the number of bays and not with its square.
 */
import { bayOutline } from '../bay-shape.ts'
import type { Bay, Layout } from '../layout.ts'
import { areaOf, type Corners, sharedArea } from '../polygon.ts'

/** Of the area of the smaller bay. */
export const sharedShareMax = 0.1
/** Pairs of bays that are close to each other: a made-up layout cannot take the server's time. */
const pairsMax = 20_000_000
/** Row and column together are a whole number that is exact. */
const cellsPerSideMax = 2 ** 26

export interface Overlap {
  /** Indexes of the bays, in order of the level. */
  readonly first: number
  readonly second: number
  /** Of the smaller one, 0 to 1. */
  readonly share: number
}

interface Placed {
  readonly index: number
  readonly corners: Corners
  readonly area: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Its sides are parallel to the plan's. */
  readonly isUpright: boolean
}

export interface Compared {
  /** Pairs of bays that were compared. */
  readonly pairs: number
  /** False: more bays lie close together than are compared. */
  readonly isComplete: boolean
}

export function findOverlaps(
  bays: readonly Bay[],
  sizes: Pick<Layout, 'bayW' | 'bayH'>,
  report: (overlap: Overlap) => void,
): Compared {
  const placed = bays.map((bay, index) => place(bay, index, sizes)).filter(({ area }) => area > 0)
  let pairs = 0
  for (const [one, other] of neighbours(placed)) {
    if (++pairs > pairsMax) return { pairs: pairsMax, isComplete: false }
    const share = shareOf(one, other)
    if (share <= sharedShareMax) continue
    const [first, second] = one.index < other.index ? [one.index, other.index] : [other.index, one.index]
    report({ first, second, share })
  }
  return { pairs, isComplete: true }
}

function place(bay: Bay, index: number, sizes: Pick<Layout, 'bayW' | 'bayH'>): Placed {
  const corners = bayOutline(bay, sizes)
  let [left, right, top, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (const { x, y } of corners) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  const isUpright = bay.polygon === undefined && (bay.angle ?? 0) % 180 === 0
  return { index, corners, area: areaOf(corners), left, right, top, bottom, isUpright }
}

function shareOf(one: Placed, other: Placed): number {
  const w = Math.min(one.right, other.right) - Math.max(one.left, other.left)
  const h = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
  if (w <= 0 || h <= 0) return 0
  const smaller = Math.min(one.area, other.area)
  // The boxes share at least as much as the bays.
  const most = (w * h) / smaller
  if (most <= sharedShareMax || (one.isUpright && other.isUpright)) return most
  return sharedArea(one.corners, other.corners) / smaller
}

/** A grid for bays of one size: its cells are at least as large as each of them, so a bay stands in four cells at most. */
interface Grid {
  readonly cell: number
  readonly cells: Map<number, Placed[]>
}

/**
 * Pairs whose boxes are close, each once. The largest bays come first, and each size has its own grid: so a bay looks into four cells of each
 * size that is not below its own, however different the sizes are and however far apart the bays lie.
 */
function* neighbours(placed: readonly Placed[]): Iterable<readonly [Placed, Placed]> {
  const cellOf = cellsFor(placed)
  const [left, top] = [lowest(placed, ({ left }) => left), lowest(placed, ({ top }) => top)]
  const grids: Grid[] = []
  for (const one of placed.toSorted((a, b) => cellOf(b) - cellOf(a) || a.index - b.index)) {
    const own = cellOf(one)
    if (grids.at(-1)?.cell !== own) grids.push({ cell: own, cells: new Map() })
    for (const { cell, cells } of grids) {
      const [column, row] = [(x: number) => Math.floor((x - left) / cell), (y: number) => Math.floor((y - top) / cell)]
      for (let x = column(one.left); x <= column(one.right); x++)
        for (let y = row(one.top); y <= row(one.bottom); y++) {
          const key = x * (cellsPerSideMax + 2) + y
          for (const other of cells.get(key) ?? []) {
            // The pair belongs to the cell where their common box begins.
            const isHere = column(Math.max(one.left, other.left)) === x && row(Math.max(one.top, other.top)) === y
            if (isHere) yield [other, one]
          }
          if (cell === own) cells.getOrInsertComputed(key, () => []).push(one)
        }
    }
  }
}

/** Side of the cells that a bay stands in: a power of two from its longer side on, and not so small that rows and columns cannot be numbered. */
function cellsFor(placed: readonly Placed[]): (bay: Placed) => number {
  const wide = -lowest(placed, ({ right }) => -right) - lowest(placed, ({ left }) => left)
  const high = -lowest(placed, ({ bottom }) => -bottom) - lowest(placed, ({ top }) => top)
  const least = Math.max(wide, high) / cellsPerSideMax
  return ({ left, right, top, bottom }) => 2 ** Math.ceil(Math.log2(Math.max(right - left, bottom - top, least, 1e-3)))
}

const lowest = (placed: readonly Placed[], of: (bay: Placed) => number) =>
  placed.reduce((least, bay) => Math.min(least, of(bay)), Number.POSITIVE_INFINITY)
