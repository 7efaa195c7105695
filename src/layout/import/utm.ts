/** Coordinates of UTM zones, in which cities keep their drawings, as WGS 84. Krüger's series to the third order: a millimetre. Pure. */
import type { LonLat } from './imported.ts'

const majorAxisM = 6_378_137
const flattening = 1 / 298.257_223_563
const scale = 0.9996
const falseEastingM = 500_000
const falseNorthingM = 10_000_000

const n = flattening / (2 - flattening)
const radiusM = (majorAxisM / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64)
const beta = [n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3, n ** 2 / 48 + n ** 3 / 15, (17 / 480) * n ** 3] as const
const delta = [2 * n - (2 / 3) * n ** 2 - 2 * n ** 3, (7 / 3) * n ** 2 - (8 / 5) * n ** 3, (56 / 15) * n ** 3] as const

/** Zone of an EPSG code: WGS 84 (326xx, 327xx) or ETRS 89 (258xx), which differ by less than a metre; undefined for others. */
export function utmZone(epsg: number): { readonly zone: number; readonly isSouth: boolean } | undefined {
  const [family, zone] = [Math.floor(epsg / 100), epsg % 100]
  if (zone < 1 || zone > 60 || (family !== 326 && family !== 327 && family !== 258)) return undefined
  return { zone, isSouth: family === 327 }
}

export function fromUtm({ zone, isSouth }: { zone: number; isSouth: boolean }, east: number, north: number): LonLat {
  const xi = (north - (isSouth ? falseNorthingM : 0)) / (scale * radiusM)
  const eta = (east - falseEastingM) / (scale * radiusM)
  let [xiPrime, etaPrime] = [xi, eta]
  for (const [i, factor] of beta.entries()) {
    const k = 2 * (i + 1)
    xiPrime -= factor * Math.sin(k * xi) * Math.cosh(k * eta)
    etaPrime -= factor * Math.cos(k * xi) * Math.sinh(k * eta)
  }
  const chi = Math.asin(Math.sin(xiPrime) / Math.cosh(etaPrime))
  const lat = delta.reduce((sum, factor, i) => sum + factor * Math.sin(2 * (i + 1) * chi), chi)
  const lon = Math.atan2(Math.sinh(etaPrime), Math.cos(xiPrime))
  return { lat: (lat * 180) / Math.PI, lon: zone * 6 - 183 + (lon * 180) / Math.PI }
}
