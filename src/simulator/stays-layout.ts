/**
 * A plan for bays of which only the area is known: one plate per area, its bays in the order of their numbers (along a street
 * markers are numbered in order), plates packed in columns.
 */
import { type Layout, type Level, plainBay } from '../domain/layout.ts'
import { bayH, bayPlace, bayW, shapeRows } from './plate.ts'

export interface AreaBays {
  /** Bays by area. */
  readonly areas: ReadonlyMap<string, ReadonlySet<string>>
  readonly bays: number
  readonly stays: number
}

export async function surveyStays(
  stays: AsyncIterable<{ readonly bay: string; readonly area: string }>,
): Promise<AreaBays> {
  const areaOf = new Map<string, string>()
  let count = 0
  for await (const { bay, area } of stays) {
    count++
    // A bay that the file puts into two areas stays in the first: it can stand on one plate only.
    if (!areaOf.has(bay)) areaOf.set(bay, area)
  }
  const areas = new Map<string, Set<string>>()
  for (const [bay, area] of areaOf) {
    const bays = areas.get(area) ?? new Set()
    areas.set(area, bays)
    bays.add(bay)
  }
  return { areas, bays: areaOf.size, stays: count }
}

const gap = 10
/** Bays in a row of every plate: wide enough for the area's name above three bays. */
const rowBays = 20
/** Width of the whole plan in its height: the page's. */
const planAspect = 1.35

/** One site named `name`. */
export function layoutOfStays(
  { areas }: AreaBays,
  { name, zone }: { readonly name: string; readonly zone: string },
): Layout {
  const numeric = new Intl.Collator('en', { numeric: true })
  const plates = [...areas]
    .sort(([a], [b]) => numeric.compare(a, b))
    .map(([area, bays]) => ({ area, bays: [...bays].sort(numeric.compare), shape: shapeRows(bays.size, rowBays) }))
  const columnW = Math.max(0, ...plates.map(({ shape }) => shape.w)) + gap
  const total = plates.reduce((sum, { shape }) => sum + shape.h + gap, 0)
  const columns = Math.max(1, Math.min(plates.length, Math.round(Math.sqrt((planAspect * total) / columnW))))
  const tops = new Array<number>(columns).fill(0)
  const levels = plates.map(({ area, bays, shape }): Level => {
    const column = tops.indexOf(Math.min(...tops))
    const x = column * columnW
    const y = tops[column] as number
    tops[column] = y + shape.h + gap
    return {
      id: slug(area),
      name: area,
      x,
      y,
      w: shape.w,
      h: shape.h,
      zones: [],
      bays: bays.map((id, i) => {
        const place = bayPlace(shape, i)
        return plainBay(id, { x: x + place.x, y: y + place.y })
      }),
    }
  })
  return { name, bayW, bayH, sites: [{ id: slug(name), name, zone, levels }] }
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'area'
