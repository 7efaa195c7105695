/** Layouts on disk: read in any format, written whole or not at all. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { emptyLayout, type Layout } from '../domain/layout.ts'
import { checkLayout, type LayoutFindings } from '../domain/layout-faults.ts'
import { csvOf } from '../layout/export/csv.ts'
import { geoJsonOf, sitesWithoutAnchor } from '../layout/export/geojson.ts'
import { type AssembleOptions, assembledLayout } from '../layout/import/assemble.ts'
import { formatOf, frameOf, type ImportFormat, importers } from '../layout/import/formats.ts'
import type { Imported, ImportFinding } from '../layout/import/imported.ts'
import { layoutOnWire } from '../layout/layout-wire.ts'
import { formFaults, readLayout } from '../layout/layout-work.ts'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { CommandFailed, exitCodes } from './output.ts'

/** 200,000 bays in any format stay below. */
const fileBytesMax = 256 * 1_048_576

export async function readFileWhole(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file)
    if (size > fileBytesMax)
      throw new CommandFailed(exitCodes.usage, `${file} has ${size} bytes, more than ${fileBytesMax}`)
    return await readFile(file)
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    throw new CommandFailed(
      exitCodes.usage,
      code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code})`,
      { cause },
    )
  }
}

export interface Brought {
  readonly layout: Layout
  readonly findings: readonly ImportFinding[]
  readonly bays: number
  /** Ids of sites that the import made. */
  readonly newSites: readonly string[]
  /** Its bays were brought into a layout; else the file is a layout as a whole. */
  readonly isImported: boolean
}

export const bring = (imported: Imported, base: Layout | undefined, options: AssembleOptions): Brought => ({
  ...assembledLayout(base ?? emptyLayout, imported, options),
  isImported: true,
})

/** `base`: what it is brought into; absent: a new layout, or the sites of our own export. */
export async function readAnyLayout(
  file: string,
  format: ImportFormat | undefined,
  base: Layout | undefined,
  options: AssembleOptions,
): Promise<Brought> {
  const bytes = await readFileWhole(file)
  const known = format ?? formatOf(file, bytes)
  if (known === undefined)
    throw new CommandFailed(
      exitCodes.usage,
      `${file} is in no format that is known by its name or beginning: give --format geojson, csv, osm or json`,
    )
  if (known !== 'json')
    return bring(importers[known](bytes), base ?? (known === 'geojson' ? frameOf(bytes) : undefined), options)
  const read = readLayout(bytes)
  if (!read.ok) {
    const lines = read.error.errors.map(({ path, message }) => `${path}: ${message}`)
    throw new CommandFailed(
      exitCodes.failed,
      `${file} is no layout: ${[read.error.detail, ...lines.slice(1, 20)].join('\n  ')}`,
    )
  }
  const bays = read.value.sites.reduce(
    (sum, { levels }) => sum + levels.reduce((of, level) => of + level.bays.length, 0),
    0,
  )
  return { layout: read.value, findings: [], bays, newSites: [], isImported: false }
}

export const exportFormats = ['json', 'geojson', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

export function writtenLayout(
  layout: Layout,
  format: ExportFormat,
): { readonly text: string; readonly warnings: readonly string[] } {
  if (format === 'csv') return { text: csvOf(layout), warnings: [] }
  if (format === 'json') return { text: `${JSON.stringify(layoutOnWire(layout), undefined, 1)}\n`, warnings: [] }
  const without = sitesWithoutAnchor(layout)
  return {
    text: geoJsonOf(layout),
    warnings: without.map(
      (site) =>
        `site ${site} has no anchor, so its bays cannot be placed on the earth and are left out: give the site an anchor`,
    ),
  }
}

export async function writeLayoutFile(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path.resolve(file), text, 0o644)
  } catch (cause) {
    throw new CommandFailed(
      exitCodes.failed,
      `${file} cannot be written (${(cause as NodeJS.ErrnoException).code ?? cause})`,
      { cause },
    )
  }
}

/** Lines of what was found, and whether it may be published. */
export function reportOf(brought: Brought): {
  readonly ok: boolean
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
  readonly found: LayoutFindings
} {
  const found = checkLayout(brought.layout)
  const ofFile = (severity: ImportFinding['severity']) =>
    brought.findings.filter((each) => each.severity === severity).map(({ where, message }) => `${where}: ${message}`)
  const more = (listed: number, count: number) => (count > listed ? [`and ${count - listed} more`] : [])
  const faults = [
    ...ofFile('fault'),
    // What is read back later must be a layout, so nothing else is written.
    ...formFaults(brought.layout),
    ...found.faults.map(({ message }) => message),
    ...more(found.faults.length, found.faultCount),
  ]
  const warnings = [
    ...ofFile('warning'),
    ...found.warnings.map(({ message }) => message),
    ...more(found.warnings.length, found.warningCount),
  ]
  return { ok: faults.length === 0, faults, warnings, found }
}
