/** The floor: a plan in typed arrays, and questions about places on it. Index i is bay i on the wire. Pure. */
import type { Plan } from '@baykeeper/contract/live.ts'
import { awayFrom, type BayShape, shapesOf, topOf } from './shapes.ts'
import type { Box } from './view.ts'

export type Plate = Plan['plates'][number]
export type Direction = 'left' | 'right' | 'up' | 'down'

export interface Floor {
  readonly version: string
  readonly name: string
  readonly size: number
  readonly x: Float32Array
  readonly y: Float32Array
  /** Those that are no upright rectangle of the usual size. */
  readonly shapes: ReadonlyMap<number, BayShape>
  /** Those that are not named by their ids. */
  readonly labels: ReadonlyMap<number, string>
  readonly bayW: number
  readonly bayH: number
  readonly ids: readonly string[]
  readonly types: readonly string[]
  readonly plates: readonly Plate[]
  /** Plate of each bay. */
  readonly plateOf: Uint16Array
  /** Metres between a plate's upper edge and its first bay: room for its title. */
  readonly headroom: Float32Array
  /** Characters that all ids of a plate share at their beginning; a label leaves them out. */
  readonly prefix: Uint16Array
  readonly bounds: Box
  readonly sites: readonly FloorSite[]
}

export interface FloorSite {
  readonly id: string
  readonly name: string
  readonly box: Box
  /** Metres of free ground above it, 0 when it is mixed up with another site: room for its name. */
  readonly room: number
}

/** Bays, and places of count zones without a bay. */
export const placesOn = ({ from, to, places = 0 }: Plate): number => to - from + places
export const placesIn = ({ plates }: Pick<Floor, 'plates'>): number =>
  plates.reduce((sum, plate) => sum + placesOn(plate), 0)

export function createFloor(plan: Plan): Floor {
  const x = Float32Array.from(plan.x)
  const y = Float32Array.from(plan.y)
  const plateOf = new Uint16Array(plan.ids.length)
  const headroom = new Float32Array(plan.plates.length)
  const prefix = new Uint16Array(plan.plates.length)
  const shapes = shapesOf(plan)
  const topAt = (i: number) => {
    const shape = shapes.size > 0 ? shapes.get(i) : undefined
    return shape ? topOf(shape) : (y[i] as number)
  }
  for (const [p, plate] of plan.plates.entries()) {
    plateOf.fill(p, plate.from, plate.to)
    let first = Number.POSITIVE_INFINITY
    for (let i = plate.from; i < plate.to; i++) first = Math.min(first, topAt(i) - plate.y)
    headroom[p] = Number.isFinite(first) ? Math.max(0, first) : plate.h
    prefix[p] = sharedPrefix(plan.ids, plate.from, plate.to)
  }
  return {
    version: plan.version,
    name: plan.name,
    size: plan.ids.length,
    x,
    y,
    shapes,
    labels: new Map(plan.labels),
    bayW: plan.bay_w,
    bayH: plan.bay_h,
    ids: plan.ids,
    types: plan.types,
    plates: plan.plates,
    plateOf,
    headroom,
    prefix,
    bounds: boundsOf(plan.plates),
    sites: sitesOf(plan.plates),
  }
}

export function boundsOf(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, w: 1, h: 1 }
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  return {
    x,
    y,
    w: Math.max(...boxes.map((box) => box.x + box.w)) - x,
    h: Math.max(...boxes.map((box) => box.y + box.h)) - y,
  }
}

function sitesOf(plates: readonly Plate[]): FloorSite[] {
  return [...Map.groupBy(plates, (plate) => plate.site)].map(([id, own]) => {
    const box = boundsOf(own)
    const over = plates.filter(
      ({ site, x, w, y }) => site !== id && x < box.x + box.w && x + w > box.x && y < box.y + box.h,
    )
    const room = Math.min(Number.MAX_VALUE, ...over.map(({ y, h }) => box.y - y - h))
    return { id, name: own[0]?.site_name ?? id, box, room: Math.max(0, room) }
  })
}

/** Up to the last separator they share, so that are 017 and 018, not 7 and 8. */
function sharedPrefix(ids: readonly string[], from: number, to: number): number {
  const first = ids[from]
  if (first === undefined || to - from < 2) return 0
  let length = first.length
  for (let i = from + 1; i < to && length > 0; i++) {
    const id = ids[i] as string
    let k = 0
    while (k < length && id[k] === first[k]) k++
    length = k
  }
  while (length > 0 && !'-_./: '.includes(first[length - 1] as string)) length--
  return length
}

/** Short name of a bay on its plate. */
export const labelOf = (floor: Floor, bay: number): string => {
  const label = floor.labels.get(bay)
  if (label !== undefined) return label
  const id = floor.ids[bay] ?? ''
  return id.slice(floor.prefix[floor.plateOf[bay] ?? 0]) || id
}

export function plateAt(floor: Floor, x: number, y: number): number {
  return floor.plates.findIndex((p) => x >= p.x && x <= p.x + p.w && y >= p.y && y <= p.y + p.h)
}

/** Plate whose middle is nearest: what is being looked at. */
export function nearestPlate(floor: Floor, x: number, y: number): number {
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (const [p, plate] of floor.plates.entries()) {
    const away = Math.hypot(
      Math.max(plate.x - x, 0, x - plate.x - plate.w),
      Math.max(plate.y - y, 0, y - plate.y - plate.h),
    )
    const distance = away * 1_000 + Math.hypot(plate.x + plate.w / 2 - x, plate.y + plate.h / 2 - y)
    if (distance < least) {
      least = distance
      best = p
    }
  }
  return best
}

/** Bay at a point of the layout, or within `reach` metres of it; -1 when there is none. */
export function bayAt(floor: Floor, x: number, y: number, reach = 0): number {
  let best = -1
  let least = reach
  for (const plate of floor.plates) {
    if (x < plate.x - reach || x > plate.x + plate.w + reach || y < plate.y - reach || y > plate.y + plate.h + reach)
      continue
    for (let i = plate.from; i < plate.to; i++) {
      const shape = floor.shapes.size > 0 ? floor.shapes.get(i) : undefined
      const away = shape ? awayFrom(shape, x, y) : awayFromPlain(floor, i, x, y)
      if (away === 0) return i
      if (away < least) {
        least = away
        best = i
      }
    }
  }
  return best
}

function awayFromPlain(floor: Floor, i: number, x: number, y: number): number {
  const dx = Math.max((floor.x[i] as number) - x, 0, x - (floor.x[i] as number) - floor.bayW)
  const dy = Math.max((floor.y[i] as number) - y, 0, y - (floor.y[i] as number) - floor.bayH)
  return Math.hypot(dx, dy)
}

export const centreX = ({ shapes, x, bayW }: Floor, i: number): number =>
  (shapes.size > 0 ? shapes.get(i)?.cx : undefined) ?? (x[i] as number) + bayW / 2
export const centreY = ({ shapes, y, bayH }: Floor, i: number): number =>
  (shapes.size > 0 ? shapes.get(i)?.cy : undefined) ?? (y[i] as number) + bayH / 2

/** A step to the side costs this many times a step ahead. */
const sidewaysCost = 3

/** Next bay in a direction: on the same plate if there is one, else anywhere; the same bay at the edge. */
export function neighbour(floor: Floor, bay: number, direction: Direction): number {
  const plate = floor.plates[floor.plateOf[bay] ?? 0]
  if (!plate) return bay
  const near = nearestAhead(floor, bay, direction, plate.from, plate.to)
  if (near >= 0) return near
  const far = nearestAhead(floor, bay, direction, 0, floor.size)
  return far >= 0 ? far : bay
}

function nearestAhead(floor: Floor, bay: number, direction: Direction, from: number, to: number): number {
  const x = centreX(floor, bay)
  const y = centreY(floor, bay)
  const flat = direction === 'left' || direction === 'right'
  const sign = direction === 'right' || direction === 'down' ? 1 : -1
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (let i = from; i < to; i++) {
    const dx = centreX(floor, i) - x
    const dy = centreY(floor, i) - y
    const ahead = sign * (flat ? dx : dy)
    const aside = Math.abs(flat ? dy : dx)
    if (ahead <= 0.01 || aside > ahead * sidewaysCost) continue
    const cost = ahead + sidewaysCost * aside
    if (cost < least) {
      least = cost
      best = i
    }
  }
  return best
}
