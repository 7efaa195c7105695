/**
 * The processor itself over a journal that is read again, from archived segments and those that are kept, into a separate database. Its offset
 * is in that database. Works beside a running server: nothing of the journal is changed.
 */
import path from 'node:path'
import { checkpointFacts } from '../intake/facts.ts'
import { filesWithArchive } from '../journal/archive/archived-files.ts'
import { segmentOfArchived } from '../journal/archive/archived-segment.ts'
import { listSegments } from '../journal/directory.ts'
import { readOnlyFiles } from '../journal/inspect.ts'
import type { JournalReader } from '../journal/journal.ts'
import { parseSegmentName } from '../journal/segment.ts'
import { deskCopies, journalId } from '../journal/segment-journal.ts'
import type { Clock } from '../lib/clock.ts'
import { failPoint } from '../lib/fail-point.ts'
import type { Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import { createDecoderBook, type DecoderBookDeps } from '../processing/decoder-book.ts'
import type { DeskRecords } from '../processing/desk-records.ts'
import { createProcessor, type ProcessorDeps } from '../processing/processor.ts'
import { createScriptRunner } from '../scripts/script-runner.ts'
import type { Store } from '../store/store.ts'
import { rebuildFence } from './rebuild-fence.ts'

export interface ReplayDeps {
  readonly store: Store
  /** As configured. */
  readonly decoding: Pick<DecoderBookDeps, 'codecs' | 'decoders'>
  readonly promiseMs: number
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** `to`: the last record that is replayed. */
  onProgress?(at: { readonly journal: string; readonly position: number; readonly to: number }): void
}

export interface ReplayedPart {
  readonly reader: JournalReader
  readonly desk: DeskRecords
  /** The last record. */
  readonly to: number
}

/** `archive`: undefined where there is none. */
export const filesOf = (dir: string, archive: string | undefined, journal: string): Files =>
  archive === undefined ? readOnlyFiles : filesWithArchive(dir, archive, journal)

/** Ids, oldest first: an archive may hold journals from before this one. */
export async function journalsIn(dir: string, archive: string | undefined): Promise<readonly string[]> {
  const current = await journalId(dir)
  const ids = new Set<string>(current === undefined ? [] : [current])
  if (archive !== undefined)
    for (const name of await readOnlyFiles.list(archive)) {
      const segment = parseSegmentName(segmentOfArchived(name) ?? '')
      if (segment) ids.add(segment.id)
    }
  const begun = await Promise.all(
    [...ids].map(async (id) => {
      const [oldest] = (await listSegments(filesOf(dir, archive, id), dir)).segments
      return { id, at: id === current ? Number.POSITIVE_INFINITY : (oldest?.header?.madeAt ?? 0) }
    }),
  )
  return begun.sort((a, b) => a.at - b.at).map(({ id }) => id)
}

/** Changes made by people but for those of the journals `later`: they take effect with their own. */
export const deskBefore = (dataDir: string, later: ReadonlySet<string>): DeskRecords => ({
  async *copies() {
    for await (const copy of deskCopies(path.join(dataDir, 'desk'))) if (!later.has(copy.journal)) yield copy
  },
})

/** Until everything up to `to` is committed. Returns where it began. */
export async function replayJournal(deps: ReplayDeps, { reader, desk, to }: ReplayedPart): Promise<{ from: number }> {
  const { store, clock, log, promiseMs } = deps
  const { position: from } = (await store.ledgerAt(reader.id)).cursor
  if (from >= to) return { from }
  const done = new AbortController()
  await using runner = createScriptRunner()
  const { codecOf, prepare, refresh: refreshDecoders } = createDecoderBook({ store, runner, ...deps.decoding })
  const processor = createProcessor({
    ...{ store, reader, desk, fence: rebuildFence, clock, log, codecOf, refreshDecoders },
    prepareScripts: prepare,
    ...{ promiseMs, checkpointFacts, lingerMs: 0 },
    durable: everything(to),
    onCommitted(position) {
      failPoint('batch-committed')
      deps.onProgress?.({ journal: reader.id, position, to })
      if (position >= to) done.abort()
    },
  })
  await processor.run(AbortSignal.any([deps.signal, done.signal]))
  return { from }
}

/** Nothing comes after the last record. */
const everything = (to: number): ProcessorDeps['durable'] => ({
  async waitBeyond(beyond, signal) {
    if (beyond < to) return to
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  },
})
