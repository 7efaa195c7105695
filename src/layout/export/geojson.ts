/** A layout as GeoJSON (RFC 7946): each bay a polygon with its fields; what a site has beside bays in its own member. Pure. */
import { bayOutline } from '../../domain/bay-shape.ts'
import type { Layout, Point } from '../../domain/layout.ts'
import { snakeKeys } from '../../lib/key-case.ts'
import { projectionAt } from '../import/projection.ts'

/** Sites without an anchor cannot be placed on the earth: their ids. */
export const sitesWithoutAnchor = ({ sites }: Layout): readonly string[] =>
  sites.filter(({ anchor, levels }) => !anchor && levels.some(({ bays }) => bays.length > 0)).map(({ id }) => id)

export function geoJsonOf(layout: Layout): string {
  const features = layout.sites.flatMap((site) => {
    const { anchor } = site
    if (!anchor) return []
    const { toEarth } = projectionAt(anchor)
    const position = (corner: Point) => {
      const { lon, lat } = toEarth(corner)
      return [degrees(lon), degrees(lat)]
    }
    return site.levels.flatMap((level) =>
      level.bays.map((bay) => {
        const { id, polygon: _, x: _x, y: _y, w, h, angle, ...fields } = bay
        const outline = bayOutline(bay, layout)
        const ring = [...outline, outline[0] as Point].map(position)
        return {
          ...{ type: 'Feature', id, geometry: { type: 'Polygon', coordinates: [ring] } },
          properties: { ...(snakeKeys(fields) as object), level: level.id, site: site.id },
        }
      }),
    )
  })
  const frame = snakeKeys({
    ...layout,
    sites: layout.sites.map((site) => ({ ...site, levels: site.levels.map((level) => ({ ...level, bays: [] })) })),
  })
  return `${JSON.stringify({ type: 'FeatureCollection', baykeeper: frame, features })}\n`
}

/** A tenth of a millimetre. */
const degrees = (value: number) => Math.round(value * 1e9) / 1e9
