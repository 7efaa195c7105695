/** Bays of a file or a grid, brought into a draft for people who edit it on the page. Nothing is published. Pure. */
import type { LayoutImportedOnWire, LayoutImportOnWire } from '@baykeeper/contract/layout-import.ts'
import { bayOutline } from '../domain/bay-shape.ts'
import { emptyLayout, type Layout } from '../domain/layout.ts'
import { assembledLayout } from './import/assemble.ts'
import { formatOf, frameOf, importers } from './import/formats.ts'
import { gridBays } from './import/grid.ts'
import type { Imported } from './import/imported.ts'
import { layoutFromWire, layoutOnWire } from './layout-wire.ts'

/** Between the bays that are there and a grid that is put below them: an aisle. */
const gapM = 6

type GridOnWire = NonNullable<LayoutImportOnWire['grid']>

export function broughtIn(asked: LayoutImportOnWire): LayoutImportedOnWire | { readonly refused: string } {
  const base = asked.layout ? layoutFromWire(asked.layout) : undefined
  const { site, level, mode, site_name: name, time_zone: timeZone } = asked
  const read = asked.grid ? { imported: gridOf(asked.grid, base, asked) } : fileOf(asked.file)
  if ('refused' in read) return read
  const { imported, frame } = read
  const assembled = assembledLayout(base ?? frame ?? emptyLayout, imported, {
    ...{ mode, ...(site ? { site } : {}), ...(level ? { level } : {}) },
    ...{ ...(name ? { name } : {}), ...(timeZone ? { timeZone } : {}) },
  })
  const isFaulty = assembled.findings.some(({ severity }) => severity === 'fault')
  return {
    layout: isFaulty ? (asked.layout ?? layoutOnWire(emptyLayout)) : layoutOnWire(assembled.layout),
    bays: isFaulty ? [] : imported.bays.map(({ id }) => id),
    findings: assembled.findings.map((finding) => ({ ...finding })),
  }
}

interface Read {
  readonly imported: Imported
  readonly frame?: Layout | undefined
}

function fileOf(file: LayoutImportOnWire['file']): Read | { readonly refused: string } {
  const bytes = Buffer.from(file?.base64 ?? '', 'base64')
  const name = file?.name ?? ''
  const format = file?.format ?? formatOf(name, bytes)
  if (format === 'json')
    return { refused: `${name} is a whole layout and not a file of bays: open it with "baykeeper layout publish"` }
  if (format === undefined)
    return { refused: `${name} is in no format that is known here: choose a GeoJSON, CSV or OpenStreetMap file` }
  return { imported: importers[format](bytes), ...(format === 'geojson' ? { frame: frameOf(bytes) } : {}) }
}

function gridOf(
  { serpentine, count, devices = [], x, y, ...grid }: GridOnWire,
  base: Layout | undefined,
  at: Pick<LayoutImportOnWire, 'site' | 'level'>,
): Imported {
  const corner = x === undefined || y === undefined ? below(base, at) : { x, y }
  const drawn = gridBays({ ...grid, ...corner, isSerpentine: serpentine })
  const taken = new Set(base?.sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays.map(({ id }) => id))))
  const bays = drawn.bays.slice(0, count).map((bay, i) => {
    const device = devices[i]
    const where = { ...(at.site ? { site: at.site } : {}), ...(at.level ? { level: at.level } : {}) }
    return { ...bay, ...where, ...(device === undefined ? {} : { devices: [device] }) }
  })
  const twice = bays.filter(({ id }) => taken.has(id)).map(({ id }) => id)
  const findings = [...drawn.findings]
  if (twice.length > 0)
    findings.push({
      ...{ severity: 'fault', where: 'the grid' },
      message: `there is a bay ${twice.slice(0, 3).join(', ')}${twice.length > 3 ? ' and others' : ''} already: change the pattern or the first number`,
    })
  if (devices.length > bays.length && bays.length > 0)
    findings.push({
      ...{ severity: 'fault', where: 'the grid' },
      message: `${devices.length} sensors for ${bays.length} bays: make more bays, or choose fewer sensors`,
    })
  return { ...drawn, bays, findings }
}

/** Below the bays of the level that are there. */
function below(base: Layout | undefined, { site, level }: Pick<LayoutImportOnWire, 'site' | 'level'>) {
  const found = base?.sites.find(({ id }) => id === site)?.levels.find(({ id }) => id === level)
  if (!base || !found) return { x: 0, y: 0 }
  const points = found.bays.flatMap((bay) => bayOutline(bay, base))
  if (points.length === 0) return { x: found.x + 2, y: found.y + gapM }
  let [left, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const point of points) {
    left = Math.min(left, point.x)
    bottom = Math.max(bottom, point.y)
  }
  return { x: left, y: bottom + gapM }
}
