/** `baykeeper compare`: what would have been with another layout, from a range of the journal that is replayed twice. */
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Pair } from '../audit/figures-diff.ts'
import type { BayFigures, PlaceFigures, RuleFigures } from '../audit/projection-figures.ts'
import type { Layout } from '../domain/layout.ts'
import type { Instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { createLog } from '../lib/log.ts'
import { type Comparison, compare, type Run } from '../processes/comparison/compare.ts'
import { RangeNotKept } from '../processes/comparison/journal-range.ts'
import { ScratchFull, scratchDirectory } from '../processes/comparison/scratch-directory.ts'
import { comparisonLines } from './comparison-lines.ts'
import { readAnyLayout, reportOf } from './layout-files.ts'
import { CommandFailed, exitCodes, needsPerson, print, type Spoken } from './output.ts'
import { type PlaceOptions, usedPlaceOf } from './place.ts'

export interface CompareOptions extends PlaceOptions, Spoken {
  readonly from?: Instant
  readonly to?: Instant
  readonly archive?: string
  readonly leadHours: number
  readonly scratch?: string
  readonly scratchMb: number
}

/** Least time between two lines of progress. */
const lineMs = 2_000
/** Of each list under `--json`; `bays_differ` and the like count all. */
const itemsMax = 1_000

export async function compareCommand(file: string, options: CompareOptions): Promise<number> {
  const { config } = usedPlaceOf(options)
  const archive = directoryOf(options.archive ?? config.archive, 'archive', '--archive')
  const within = directoryOf(options.scratch ?? tmpdir(), 'directory', '--scratch') as string
  const layout = await publishableLayout(file)
  const leaving = new AbortController()
  // For good: the launcher passes a Ctrl-C on that reaches this process too, and the second one would end it before its files are removed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => leaving.abort(interrupted))
  try {
    await using scratch = await scratchDirectory(within, options.scratchMb * 1_048_576)
    const found = await compare({
      ...{ dataDir: config.data, archive, layout, scratch, clock: systemClock, signal: leaving.signal },
      asked: { from: options.from, to: options.to, leadMs: options.leadHours * 3_600_000 },
      decoding: { codecs: config.codecs, decoders: config.decoders },
      promiseMs: Math.round(config.promiseHours * 3_600_000),
      log: createLog({}, { level: 'error' }),
      onProgress: progress(),
    })
    report(options, found)
    return exitCodes.ok
  } catch (cause) {
    if (leaving.signal.aborted) return stopped()
    if (cause instanceof CommandFailed) throw cause
    const { message } = cause as Error
    if (cause instanceof RangeNotKept || cause instanceof ScratchFull)
      throw new CommandFailed(exitCodes.failed, message, { cause })
    throw new CommandFailed(needsPerson(cause) ? exitCodes.config : exitCodes.failed, message, { cause })
  }
}

const interrupted = new Error('interrupted')

function stopped(): number {
  process.stderr.write('Interrupted; the scratch databases are removed.\n')
  return exitCodes.interrupted
}

function directoryOf(dir: string | undefined, what: string, option: string): string | undefined {
  if (dir === undefined) return undefined
  const found = path.resolve(dir)
  if (!existsSync(found))
    throw new CommandFailed(exitCodes.usage, `there is no ${what} ${found}: name one that exists with ${option}`)
  return found
}

/** One that could be published: another would be compared with what can never be. */
async function publishableLayout(file: string): Promise<Layout> {
  const brought = await readAnyLayout(file, undefined, undefined, {})
  const { ok, faults } = reportOf(brought)
  if (!ok)
    throw new CommandFailed(exitCodes.failed, [`${file} could not be published:`, ...faults.slice(0, 20)].join('\n  '))
  return brought.layout
}

function progress() {
  let shown = Number.NEGATIVE_INFINITY
  return ({ run, position, to }: { run: Run; position: number; to: number }) => {
    if (performance.now() - shown < lineMs && position < to) return
    shown = performance.now()
    process.stderr.write(`${run}: record ${position} of ${to} (${Math.floor((100 * position) / Math.max(1, to))} %)\n`)
  }
}

const iso = (at: number) => new Date(at).toISOString()

function report(options: Spoken, found: Comparison) {
  const { range, span, same, totals, bays, rules, places, layouts } = found
  const both = <T, W>({ before, after }: Pair<T>, wire: (of: T) => W) => ({
    as_it_was: before && wire(before),
    changed: after && wire(after),
  })
  const data = {
    ...{ from: iso(span.from), to: iso(span.to), replayed_from: iso(range.replayedFrom) },
    state_before: range.isFromBegin ? ('none' as const) : ('unknown' as const),
    same,
    replaced_layouts: layouts
      .slice(-itemsMax)
      .map(({ at, author, comment }) => ({ published: iso(at), author, comment })),
    totals: both(totals, bayOnWire),
    overstays: rules.slice(0, itemsMax).map((pair) => ({ ...ruleOf(pair), ...both(pair, ruleOnWire) })),
    places_differ: places.length,
    places: places.slice(0, itemsMax).map((pair) => ({ ...placeOf(pair), ...both(pair, placeOnWire) })),
    bays_differ: bays.length,
    bays: bays.slice(0, itemsMax).map(({ bay, ...pair }) => ({ bay, ...both(pair, bayOnWire) })),
  }
  print(options, data, () => comparisonLines(found), { warnings: warningsOf(found) })
}

function warningsOf({ unreadable, layouts }: Comparison): string[] {
  const warnings: string[] = []
  if (unreadable > 0) warnings.push(`${unreadable} records of the range could not be read: both sides lack them`)
  if (layouts.length > 1)
    warnings.push(
      `${layouts.length} layouts were published up to the end of the range, and the file stands in place of each: what changed between them, such as a sensor that was swapped, differs too`,
    )
  return warnings
}

const bayOnWire = ({ stays, uncertain, dwellMs, overstays, overstayMin, unknownMs }: BayFigures) => ({
  ...{ stays, uncertain, dwell_s: dwellMs / 1_000, overstays, overstay_min: overstayMin, unknown_s: unknownMs / 1_000 },
})
const ruleOnWire = ({ overstays, minutes, current }: RuleFigures) => ({ overstays, overstay_min: minutes, current })
const placeOnWire = ({ spanMs, capacityMs, occupiedMs, knownMs, fullMs }: PlaceFigures) => ({
  occupied: spanMs > 0 ? occupiedMs / spanMs : null,
  rate: knownMs > 0 ? occupiedMs / knownMs : null,
  coverage: capacityMs > 0 ? Math.min(1, knownMs / capacityMs) : null,
  full_s: fullMs / 1_000,
})
const either = <T>({ before, after }: Pair<T>) => (before ?? after) as T
const ruleOf = (pair: Pair<RuleFigures>) => {
  const { site, maxStayMin, graceMin } = either(pair)
  return { site, max_stay_min: maxStayMin, grace_min: graceMin }
}
const placeOf = (pair: Pair<PlaceFigures>) => {
  const { site, level, zone } = either(pair)
  return level === null ? { site, level, zone: null, type: zone } : { site, level, zone, type: null }
}
