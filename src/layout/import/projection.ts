/**
 * Between WGS 84 and metres of the plan around an anchor. The earth is taken as flat there, with the radii of the ellipsoid at the anchor:
 * exact to a centimetre within 300 m, to a decimetre within 1 km. The way back is exact. Pure.
 */
import type { Anchor, Point } from '../../domain/layout.ts'
import type { LonLat } from './imported.ts'

/** WGS 84. */
const majorAxisM = 6_378_137
const eccentricity2 = 0.006_694_379_990_14
const radiansPerDegree = Math.PI / 180

function metresPerDegree(lat: number): { readonly east: number; readonly north: number } {
  const sin = Math.sin(lat * radiansPerDegree)
  const root = Math.sqrt(1 - eccentricity2 * sin * sin)
  const alongParallel = (majorAxisM / root) * Math.cos(lat * radiansPerDegree)
  const alongMeridian = (majorAxisM * (1 - eccentricity2)) / root ** 3
  return { east: alongParallel * radiansPerDegree, north: alongMeridian * radiansPerDegree }
}

export interface Projection {
  readonly anchor: Anchor
  toPlan(at: LonLat): Point
  toEarth(at: Point): LonLat
}

export function projectionAt(anchor: Anchor): Projection {
  const { east, north } = metresPerDegree(anchor.lat)
  const [sin, cos] = [Math.sin(anchor.bearing * radiansPerDegree), Math.cos(anchor.bearing * radiansPerDegree)]
  return {
    anchor,
    toPlan({ lon, lat }) {
      const e = shortWay(lon - anchor.lon) * east
      const n = (lat - anchor.lat) * north
      // Upwards in the plan is the bearing; y grows downwards.
      return { x: anchor.x + e * cos - n * sin, y: anchor.y - (e * sin + n * cos) }
    },
    toEarth({ x, y }) {
      const [right, up] = [x - anchor.x, anchor.y - y]
      return { lon: anchor.lon + (right * cos + up * sin) / east, lat: anchor.lat + (up * cos - right * sin) / north }
    },
  }
}

/** Across the 180th meridian. */
const shortWay = (degrees: number) => (degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees)

export const isOnEarth = ({ lon, lat }: LonLat): boolean =>
  Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180

/** To whole millimetres. */
export const millimetres = (metres: number): number => {
  const rounded = Math.round(metres * 1_000) / 1_000
  return rounded === 0 ? 0 : rounded
}
