/** Which of many areas on the earth a point lies in: a grid finds the ones that are near, so that an extract of a whole country is read in time. */
import type { LonLat } from './imported.ts'

/** Degrees: about a kilometre. */
const cellDeg = 0.01
/** An area over more cells than this is looked at for every point: there are few. */
const cellsMax = 256

interface Area {
  readonly outline: readonly LonLat[] | undefined
}

/** Of several the first. */
export function areaGrid<A extends Area>(areas: readonly A[]): (at: LonLat) => A | undefined {
  const cells = new Map<string, number[]>()
  const large: number[] = []
  const cellOf = (degrees: number) => Math.floor(degrees / cellDeg)
  for (const [index, { outline }] of areas.entries()) {
    if (!outline || outline.length === 0) continue
    const [west, east] = spanOf(outline.map(({ lon }) => cellOf(lon)))
    const [south, north] = spanOf(outline.map(({ lat }) => cellOf(lat)))
    if ((east - west + 1) * (north - south + 1) > cellsMax) large.push(index)
    else
      for (let x = west; x <= east; x++)
        for (let y = south; y <= north; y++) cells.getOrInsertComputed(`${x} ${y}`, () => []).push(index)
  }
  return (at) => {
    const near = [...(cells.get(`${cellOf(at.lon)} ${cellOf(at.lat)}`) ?? []), ...large]
    const found = near.filter((index) => isInside(at, areas[index]?.outline ?? []))
    return found.length === 0 ? undefined : areas[Math.min(...found)]
  }
}

const spanOf = (values: readonly number[]): readonly [least: number, most: number] => [
  values.reduce((least, value) => Math.min(least, value)),
  values.reduce((most, value) => Math.max(most, value)),
]

/** A point in a polygon, by the edges that a ray crosses. */
function isInside({ lon, lat }: LonLat, ring: readonly LonLat[]): boolean {
  let inside = false
  let before = ring.at(-1) as LonLat
  for (const corner of ring) {
    if (corner.lat > lat !== before.lat > lat) {
      const crossing = before.lon + ((lat - before.lat) / (corner.lat - before.lat)) * (corner.lon - before.lon)
      if (lon < crossing) inside = !inside
    }
    before = corner
  }
  return inside
}
