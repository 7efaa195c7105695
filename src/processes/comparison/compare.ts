/**
 * A span of the journal, replayed twice into databases that are thrown away: once as it was, and once with another layout, whose rules, types, zones,
 * heartbeats and assignments count from the begin. Neither the server's database nor its journal is touched.
 */
import path from 'node:path'
import { type FiguresDiff, figuresDiff } from '../../audit/figures-diff.ts'
import { type Figures, projectionFigures, type Span } from '../../audit/projection-figures.ts'
import type { Layout } from '../../domain/layout.ts'
import type { Damage, JournalReader } from '../../journal/journal.ts'
import { openReader } from '../../journal/reader.ts'
import { instant } from '../../lib/brand.ts'
import { silentLog } from '../../lib/log.ts'
import { packJson } from '../../lib/packed-json.ts'
import { openStore } from '../../store/engine/open.ts'
import type { Store } from '../../store/store.ts'
import { deskBefore, type ReplayDeps, replayJournal } from '../journal-replay.ts'
import { type ChangedLayout, changedLayout, type ReplacedLayout } from './changed-layout.ts'
import { type JournalRange, journalRange, type RangeAsked, RangeNotKept } from './journal-range.ts'
import type { ScratchDirectory } from './scratch-directory.ts'

export type Run = 'as it was' | 'changed'

export interface CompareDeps extends Omit<ReplayDeps, 'store' | 'onProgress'> {
  readonly dataDir: string
  /** Of closed segments; undefined: the journal alone. */
  readonly archive: string | undefined
  readonly asked: RangeAsked
  /** In place of every layout that was published. */
  readonly layout: Layout
  readonly scratch: ScratchDirectory
  onProgress?(at: { readonly run: Run; readonly journal: string; readonly position: number; readonly to: number }): void
  /** A database is whole, and is closed next. */
  onReplayed?(run: Run, store: Store): Promise<void>
}

export interface Comparison extends FiguresDiff {
  readonly range: JournalRange
  /** What the figures are of, by the time of measuring. */
  readonly span: Span
  /** Records of the range that could not be read. */
  readonly unreadable: number
  /** Layouts that were published up to the end of the range: each is replaced, from its own place in the journal on. */
  readonly layouts: readonly ReplacedLayout[]
}

/** Time between two looks at the size of the databases. */
const checkMs = 1_000

/** Throws RangeNotKept, ScratchFull, and the reason of `signal`. */
export async function compare(deps: CompareDeps): Promise<Comparison> {
  const range = await journalRange(deps, deps.asked)
  const change = changedLayout(await packJson(deps.layout))
  const before = await replayed(deps, range, 'as it was')
  const after = await replayed(deps, range, 'changed', { change, span: before.span })
  if (change.replaced.length === 0)
    throw new RangeNotKept(
      `no layout was published before ${new Date(range.to).toISOString()} as far as the journals are kept: there is nothing to change`,
    )
  // What one side lacks would look like a difference that the layout made.
  if (after.unreadable !== before.unreadable)
    throw new RangeNotKept(
      'the journal lost records of the range while it was replayed: its retention removed them. Choose a later --from, or name an archive with --archive',
    )
  const { span, unreadable } = before
  return { ...figuresDiff(before.figures, after.figures), range, span, unreadable, layouts: change.replaced }
}

interface Replayed {
  readonly figures: Figures
  readonly span: Span
  readonly unreadable: number
}

async function replayed(
  deps: CompareDeps,
  range: JournalRange,
  run: Run,
  changed?: { readonly change: ChangedLayout; readonly span: Span },
): Promise<Replayed> {
  const { scratch, clock } = deps
  const full = new AbortController()
  const signal = AbortSignal.any([deps.signal, full.signal])
  const file = path.join(scratch.dir, `${run.replaceAll(' ', '-')}.db`)
  const looking = setInterval(() => void scratch.check().catch((fault) => full.abort(fault)), checkMs)
  try {
    await using store = await openStore(`sqlite:${file}`, { log: silentLog, clock }, { ownThread: true })
    await store.migrate()
    const unreadable = await replayParts({ ...deps, store, signal }, range, run, changed?.change)
    await deps.onReplayed?.(run, store)
    const span = changed?.span ?? (await spanOf(store, range, deps.asked))
    return { figures: await projectionFigures(store, span, signal), span, unreadable }
  } finally {
    clearInterval(looking)
  }
}

/**
 * Without a begin that was asked for: from the first change there ever was, which may have been measured long before it arrived. Where records
 * before the range are gone, what came before it is not whole.
 */
async function spanOf(store: Store, { from, to, isFromBegin }: JournalRange, asked: RangeAsked): Promise<Span> {
  const first = asked.from === undefined && isFromBegin ? await store.firstBayChange() : undefined
  return { from: instant(Math.min(from, first ?? from)), to }
}

type PartsDeps = CompareDeps & { readonly store: Store }

/** Returns how many records could not be read. */
async function replayParts(deps: PartsDeps, range: JournalRange, run: Run, change?: ChangedLayout): Promise<number> {
  const { dataDir, signal, onProgress } = deps
  let unreadable = 0
  for (const { journal, first, last, files } of range.parts) {
    const later = new Set(range.journals.slice(range.journals.indexOf(journal) + 1))
    const copies = deskBefore(dataDir, later)
    await using opened = await openReader(path.join(dataDir, 'journal'), { files })
    const counted = counting(opened, (damage) => {
      unreadable += Math.max(0, damage.toRecord - Math.max(first, damage.fromRecord) + 1)
    })
    const part = { reader: change?.reader(counted) ?? counted, desk: change?.desk(copies) ?? copies, to: last }
    await replayJournal({ ...deps, onProgress: (at) => onProgress?.({ run, ...at }) }, part)
    signal.throwIfAborted()
  }
  return unreadable
}

/** The reader; each damage is counted once, however often it is read. */
function counting(reader: JournalReader, count: (damage: Damage) => void): JournalReader {
  const met = new Set<number>()
  return {
    get id() {
      return reader.id
    },
    async read(after, limit) {
      const found = await reader.read(after, limit)
      for (const damage of found.damage)
        if (!met.has(damage.toRecord)) {
          met.add(damage.toRecord)
          count(damage)
        }
      return found
    },
    countsAt: reader.countsAt,
    scan: reader.scan,
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}
