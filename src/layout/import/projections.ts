/** Imported outlines in the plan: those on the earth by the anchor of their site. Pure. */
import type { Anchor, Layout } from '../../domain/layout.ts'
import type { Imported, ImportedBay, ImportNotes, LonLat, Outline } from './imported.ts'
import { type Projection, projectionAt } from './projection.ts'
import { type Shape, shapeOf, withoutRepetition } from './rectangle.ts'

/** Where bays on the earth go: by the anchor of their site, which a new site gets from all that are imported. */
export interface Projections {
  of(site: string): Projection | undefined
  /** Of a site that something was placed in. */
  used(site: string): Anchor | undefined
}

export function createProjections(
  base: Layout,
  imported: Imported,
  options: { readonly anchor?: Anchor; readonly mode?: string },
  notes: ImportNotes,
): Projections {
  const points = [
    ...imported.bays.flatMap(({ outline }) => earthPoints(outline)),
    ...imported.sites.flatMap(({ outline = [] }) => outline),
  ]
  if (points.length === 0) return { of: () => undefined, used: () => undefined }
  const middle = { lon: middleOf(points.map(({ lon }) => lon)), lat: middleOf(points.map(({ lat }) => lat)) }
  if (options.anchor) checkAnchor(options.anchor, middle, notes)
  const common = projectionAt(options.anchor ?? { x: 0, y: 0, ...middle, bearing: 0 })
  const known = new Map(base.sites.map((site) => [site.id, site]))
  const warned = new Set<string>()
  const placed = new Set<string>()
  return {
    used: (id) => (placed.has(id) ? common.anchor : undefined),
    of(id) {
      const site = known.get(id)
      if (site?.anchor) return projectionAt(site.anchor)
      if (
        site &&
        options.anchor === undefined &&
        options.mode !== 'replace-site' &&
        site.levels.some(({ bays }) => bays.length > 0) &&
        !warned.has(id)
      ) {
        warned.add(id)
        notes.fault(
          `site ${id}`,
          'it has no anchor, so bays on the earth cannot be placed in it: say where a point of its plan lies with --anchor LAT,LON,X,Y, or replace the site',
        )
      }
      placed.add(id)
      return common
    },
  }
}

/** Of the bays from an anchor that was given; beyond, its latitude and longitude are those of another place. */
const anchorMetresMax = 100_000

function checkAnchor(anchor: Anchor, middle: LonLat, notes: ImportNotes): void {
  const { x, y } = projectionAt({ ...anchor, x: 0, y: 0 }).toPlan(middle)
  const metres = Math.hypot(x, y)
  if (metres > anchorMetresMax)
    notes.fault(
      'the anchor',
      `it lies ${Math.round(metres / 1_000)} km from the bays, which are around ${middle.lat},${middle.lon}: give --anchor LAT,LON,X,Y with the latitude first, of a point of the plan`,
    )
}

function earthPoints(outline: Outline | undefined): readonly LonLat[] {
  if (outline?.in !== 'earth') return []
  return 'corners' in outline ? outline.corners : [outline.centre]
}

const middleOf = (values: readonly number[]) => {
  const [least, most] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number])
  return Math.round(((least + most) / 2) * 1e6) / 1e6
}

/** `at`: its centre, where its size is the layout's to say. */
export type PlacedShape = Partial<Shape> & { readonly at?: { readonly x: number; readonly y: number } }

export function shapeIn({ outline }: ImportedBay, project: () => Projection | undefined): PlacedShape | undefined {
  if (!outline) return undefined
  if (outline.in === 'plan') return 'corner' in outline ? outline.corner : shapeOf(outline.corners)
  const projection = project()
  if (!projection) return undefined
  if ('centre' in outline) return { at: projection.toPlan(outline.centre) }
  const corners = withoutRepetition(outline.corners.map(projection.toPlan))
  return shapeOf(corners, outline.isOurs)
}
