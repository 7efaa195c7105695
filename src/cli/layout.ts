/** `baykeeper layout import|grid|check|diff|publish|export`: the layout as files, and the one of a server. */
import type { Anchor, Layout } from '../domain/layout.ts'
import type { AssembleOptions } from '../layout/import/assemble.ts'
import type { ImportFormat } from '../layout/import/formats.ts'
import { type Grid, gridBays, usualGrid } from '../layout/import/grid.ts'
import { layoutDiff } from '../layout/layout-diff.ts'
import { type ApiOptions, openApi } from './api-target.ts'
import { counted } from './counted.ts'
import { countLine, countsOf, diffLines } from './layout-changes.ts'
import {
  type Brought,
  bring,
  type ExportFormat,
  readAnyLayout,
  reportOf,
  writeLayoutFile,
  writtenLayout,
} from './layout-files.ts'
import { layoutToChange, liveLayout, type PublishOptions, publishTo } from './layout-server.ts'
import { CommandFailed, exitCodes, print, type Spoken, writeOutput } from './output.ts'

interface ReadOptions extends ApiOptions, Spoken {
  readonly format?: ImportFormat
}

/** How the bays of a file become part of a layout. */
interface AssemblyOptions extends ReadOptions {
  readonly site?: string
  readonly level?: string
  readonly name?: string
  readonly zone?: string
  readonly anchor?: Anchor
  readonly mode?: AssembleOptions['mode']
}

interface BringOptions extends AssemblyOptions, PublishOptions {
  /** Layout file that the bays are brought into, in place of the server's. */
  readonly base?: string
  readonly out?: string
  readonly publish?: boolean
}

const assembleOptions = ({ site, level, name, zone, anchor, mode }: AssemblyOptions): AssembleOptions => ({
  ...(site === undefined ? {} : { site }),
  ...(level === undefined ? {} : { level }),
  ...(name === undefined ? {} : { name }),
  ...(anchor === undefined ? {} : { anchor }),
  ...(mode === undefined ? {} : { mode }),
  timeZone: zone ?? zoneOfMachine(),
})

const zoneOfMachine = () => Intl.DateTimeFormat().resolvedOptions().timeZone

export const layoutImport = (file: string, options: BringOptions): Promise<number> =>
  bringIn(options, (base) => readAnyLayout(file, options.format, base, assembleOptions(options)))

type GridOptions = BringOptions &
  Omit<Grid, 'isSerpentine' | 'pattern' | 'start' | 'w' | 'h' | 'types'> & {
    readonly width: number
    readonly length: number
    readonly ids: string
    readonly start: number
    readonly types?: string
    readonly serpentine?: boolean
  }

export const layoutGrid = (options: GridOptions): Promise<number> =>
  bringIn(options, async (base) => {
    const { width: w, length: h, ids: pattern, serpentine: isSerpentine = false } = options
    const { rows, columns, angle, aisle, x, y, start, types = usualGrid.types } = options
    const imported = gridBays({ ...{ rows, columns, angle, aisle, x, y, w, h, pattern, start, isSerpentine, types } })
    return bring(imported, base, assembleOptions(options))
  })

/** Reads the bays, brings them into a layout, and writes or publishes that; refused, nothing is changed. */
async function bringIn(options: BringOptions, read: (base: Layout | undefined) => Promise<Brought>): Promise<number> {
  const { base: file, out, publish = false } = options
  if (out !== undefined && publish) throw new CommandFailed(exitCodes.usage, 'give either --out FILE or --publish')
  const needsServer = publish || options.to !== undefined
  await using target = needsServer ? await openApi(options) : undefined
  const live = target && (await layoutToChange(target))
  const base = file === undefined ? live?.layout : (await readAnyLayout(file, 'json', undefined, {})).layout
  const brought = await read(base)
  const report = reportOf(brought)
  const changes = layoutDiff(base ?? { ...brought.layout, sites: [] }, brought.layout)
  if (!report.ok) return refuse(options, brought, report)
  const done = await keep()
  const timeZone = brought.newSites.length > 0 ? (options.zone ?? zoneOfMachine()) : null
  print(
    options,
    { bays: brought.bays, ...countsOf(changes), time_zone: timeZone, ...done.data },
    () => [
      `${counted(brought.bays, 'bay')} read: ${countLine(changes)}`,
      ...(timeZone !== null && options.zone === undefined ? [zoneLine(brought.newSites, timeZone)] : []),
      done.line,
    ],
    { warnings: report.warnings },
  )
  return exitCodes.ok

  async function keep(): Promise<{
    data: { out: string | null; version: number | null; published: boolean }
    line: string
  }> {
    if (out !== undefined) {
      await writeLayoutFile(out, writtenLayout(brought.layout, 'json').text)
      return { data: { out, version: null, published: false }, line: `written to ${out}` }
    }
    if (target && live && publish) {
      const version = await publishTo(target, brought.layout, live, options)
      return { data: { out: null, version, published: true }, line: publishedLine(version) }
    }
    return {
      data: { out: null, version: null, published: false },
      line: 'nothing was written: add --out FILE, or --publish',
    }
  }
}

const zoneLine = (sites: readonly string[], zone: string) =>
  `new ${sites.length === 1 ? `site ${sites[0]}` : 'sites'}: time zone ${zone}; --zone sets another`

const publishedLine = (version: number | null) =>
  version === null
    ? 'published: it is in the journal and takes effect once processing has caught up'
    : `published as version ${version}`

function refuse(
  options: Spoken,
  { bays }: Brought,
  { faults, warnings }: Pick<ReturnType<typeof reportOf>, 'faults' | 'warnings'>,
): number {
  print(
    options,
    { bays, faults: [...faults], warnings: [...warnings] },
    () => [
      ...faults.map((fault) => `fault: ${fault}`),
      ...warnings.map((warning) => `warning: ${warning}`),
      `refused: ${counted(faults.length, 'fault')} in ${counted(bays, 'bay')}; nothing was changed`,
    ],
    { ok: false },
  )
  return exitCodes.failed
}

export async function layoutCheck(file: string, options: ReadOptions): Promise<number> {
  const brought = await readAnyLayout(file, options.format, undefined, {})
  const { ok, faults, warnings } = reportOf(brought)
  if (!ok) return refuse(options, brought, { faults, warnings })
  print(options, { bays: brought.bays, faults: [], warnings: [...warnings] }, () => [
    ...warnings.map((warning) => `warning: ${warning}`),
    `${counted(brought.bays, 'bay')}, no fault, ${counted(warnings.length, 'warning')}: it can be published`,
  ])
  return exitCodes.ok
}

/** Of the server's layout, or of that in the first file; bays of a file are brought into it as by an import. */
export async function layoutDiffCommand(
  file: string,
  other: string | undefined,
  options: AssemblyOptions,
): Promise<number> {
  const base =
    other === undefined
      ? await ofServer()
      : (await readAnyLayout(file, options.format, undefined, assembleOptions(options))).layout
  const brought = await readAnyLayout(other ?? file, options.format, base, assembleOptions(options))
  const report = reportOf(brought)
  if (brought.isImported && !report.ok) return refuse(options, brought, report)
  const changes = layoutDiff(base ?? { ...brought.layout, sites: [] }, brought.layout)
  print(
    options,
    { ...countsOf(changes), bays: changes.bays.map((each) => ({ ...each })), others: [...changes.others] },
    () => diffLines(changes),
    { warnings: brought.isImported ? report.warnings : [] },
  )
  return exitCodes.ok

  async function ofServer(): Promise<Layout | undefined> {
    await using target = await openApi(options)
    return (await layoutToChange(target)).layout
  }
}

export async function layoutPublish(file: string, options: ReadOptions & PublishOptions): Promise<number> {
  const brought = await readAnyLayout(file, options.format, undefined, {})
  const report = reportOf(brought)
  if (!report.ok) return refuse(options, brought, report)
  await using target = await openApi(options)
  const live = await layoutToChange(target)
  const changes = layoutDiff(live.layout ?? { ...brought.layout, sites: [] }, brought.layout)
  const version = await publishTo(target, brought.layout, live, options)
  print(
    options,
    { bays: brought.bays, ...countsOf(changes), version },
    () => [countLine(changes), publishedLine(version)],
    { warnings: report.warnings },
  )
  return exitCodes.ok
}

type ExportOptions = Omit<ReadOptions, 'format'> & {
  readonly format?: ExportFormat
  readonly from?: string
  readonly out?: string
}

export async function layoutExport(options: ExportOptions): Promise<number> {
  const { format = 'json', from, out } = options
  const layout = from === undefined ? await ofServer() : (await readAnyLayout(from, undefined, undefined, {})).layout
  const { text, warnings } = writtenLayout(layout, format)
  if (out === undefined) {
    writeOutput(text)
    for (const warning of warnings) process.stderr.write(`! ${warning}\n`)
    return exitCodes.ok
  }
  await writeLayoutFile(out, text)
  print(options, { out, format }, () => [`written to ${out}`], { warnings })
  return exitCodes.ok

  async function ofServer(): Promise<Layout> {
    await using target = await openApi(options)
    const { layout: live } = await liveLayout(target)
    if (!live)
      throw new CommandFailed(
        exitCodes.failed,
        `${target.web} has no layout yet: publish one with "baykeeper layout publish FILE"`,
      )
    return live
  }
}
