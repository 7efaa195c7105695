/**
 * Builds a database again: from archived segments, those the journal still holds, and the journal of changes made by people. It is the
 * processor itself over a journal that begins earlier (journal-replay.ts), and its offset is in the database: what was interrupted goes on
 * where it was.
 *
 * It works under a fence below that of any server (rebuild-fence.ts).
 */
import path from 'node:path'
import { listSegments } from '../journal/directory.ts'
import { openReader } from '../journal/reader.ts'
import { type Store, StoreError } from '../store/store.ts'
import { deskBefore, filesOf, journalsIn, type ReplayDeps, replayJournal } from './journal-replay.ts'
import { rebuildFence } from './rebuild-fence.ts'

export interface RebuildDeps extends ReplayDeps {
  readonly dataDir: string
  /** Of closed segments; undefined: the journal alone, from its oldest segment on. */
  readonly archive: string | undefined
}

export interface RebuiltJournal {
  readonly journal: string
  /** Where it began: at 0, or where an interrupted rebuild had stopped. */
  readonly from: number
  readonly to: number
  /** Oldest record that is in the archive or the journal. */
  readonly oldest: number
}

/** Throws StoreError `config` where the database holds what no rebuild has written. */
export async function rebuild(deps: RebuildDeps): Promise<readonly RebuiltJournal[]> {
  const journalDir = path.join(deps.dataDir, 'journal')
  const journals = await journalsIn(journalDir, deps.archive)
  await refuseFilled(deps.store, journals)
  const rebuilt: RebuiltJournal[] = []
  for (const [at, journal] of journals.entries()) {
    const files = filesOf(journalDir, deps.archive, journal)
    const oldest = (await listSegments(files, journalDir)).segments[0]?.first ?? 1
    await using reader = await openReader(journalDir, { files })
    const { lastRecord: to } = (await reader.scan({ whole: false })).tail
    const desk = deskBefore(deps.dataDir, new Set(journals.slice(at + 1)))
    rebuilt.push({ journal, oldest, to, ...(await replayJournal(deps, { reader, desk, to })) })
    deps.signal.throwIfAborted()
  }
  return rebuilt
}

async function refuseFilled(store: Store, journals: readonly string[]) {
  const cursors = await Promise.all(journals.map(async (journal) => (await store.ledgerAt(journal)).cursor))
  const isOfServer = cursors.some(({ fence }) => fence > rebuildFence)
  const isBegun = cursors.some(({ position }) => position > 0)
  if (!isOfServer && isBegun) return
  const { readings, devices, deadLetters } = await store.counts()
  const isEmpty = readings + devices + deadLetters === 0 && (await store.layoutVersion()) === undefined
  if (!isOfServer && isEmpty) return
  throw new StoreError(
    'config',
    `the database is filled (${readings} readings of ${devices} devices): a rebuild needs an empty one. Move this one away, or name another with --into`,
  )
}
