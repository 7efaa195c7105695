/**
 * `baykeeper rebuild`: builds the database again from the archive, the journal and the changes made by people. `baykeeper checksum`: what
 * proves that it came out the same.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type ProjectionChecksum, projectionChecksum } from '../audit/projection-checksum.ts'
import type { Config } from '../config/config.ts'
import { storeUrl } from '../config/store-url.ts'
import { storeFault } from '../config/values.ts'
import { journalId } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { createLog, silentLog } from '../lib/log.ts'
import { type RebuiltJournal, rebuild } from '../processes/rebuild.ts'
import { claimRunDirectory, DataDirectoryTaken } from '../processes/run-directory.ts'
import { leaseRefusal } from '../processes/server-lease.ts'
import { openStore } from '../store/engine/open.ts'
import type { Store } from '../store/store.ts'
import { CommandFailed, exitCodes, needsPerson, print, type Spoken } from './output.ts'
import { openOwnStore } from './own-store.ts'
import { type PlaceOptions, runningServer, usedPlaceOf } from './place.ts'

export interface RebuildOptions extends PlaceOptions, Spoken {
  readonly archive?: string
  readonly into?: string
}

/** Least time between two lines of progress. */
const lineMs = 2_000

export async function rebuildCommand(options: RebuildOptions): Promise<number> {
  const { config } = usedPlaceOf(options)
  const archive = options.archive === undefined ? config.archive : path.resolve(options.archive)
  if (archive !== undefined && !existsSync(archive))
    throw new CommandFailed(exitCodes.usage, `there is no archive ${archive}: name its directory with --archive`)
  using _claimed = options.into === undefined ? claim(config.data) : undefined
  const url = await targetOf(options, config)
  const leaving = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => leaving.abort(interrupted))
  try {
    await using store = await openStore(url, { log: silentLog, clock: systemClock }, { ownThread: true })
    await store.migrate()
    const journals = await rebuild({
      ...{ store, dataDir: config.data, archive, clock: systemClock, signal: leaving.signal },
      decoding: { codecs: config.codecs, decoders: config.decoders },
      promiseMs: Math.round(config.promiseHours * 3_600_000),
      log: createLog({}, { level: 'warn' }),
      onProgress: progress(),
    })
    if (journals.length === 0)
      throw new CommandFailed(
        exitCodes.unreachable,
        `there is nothing to build from: no journal in ${config.data}${archive === undefined ? '; name its archive with --archive' : `, and no segment in ${archive}`}`,
      )
    report(options, journals, await projectionChecksum(store))
    return exitCodes.ok
  } catch (cause) {
    if (leaving.signal.aborted) return stopped()
    if (cause instanceof CommandFailed) throw cause
    throw new CommandFailed(needsPerson(cause) ? exitCodes.config : exitCodes.failed, (cause as Error).message, {
      cause,
    })
  }
}

const interrupted = new Error('interrupted')

function stopped(): number {
  process.stderr.write('Interrupted; "baykeeper rebuild" goes on where it was.\n')
  return exitCodes.interrupted
}

/** No server works on the data directory, and none starts meanwhile. */
function claim(data: string): Disposable {
  try {
    return claimRunDirectory(data)
  } catch (cause) {
    if (!(cause instanceof DataDirectoryTaken)) throw cause
    throw new CommandFailed(
      exitCodes.failed,
      `a server runs on ${data}: stop it first, or build another database with --into`,
      { cause },
    )
  }
}

async function targetOf({ into }: RebuildOptions, config: Config): Promise<string> {
  const fault = into === undefined ? undefined : into === 'sqlite' ? 'needs a file: sqlite:FILE' : storeFault(into)
  if (fault !== undefined) throw new CommandFailed(exitCodes.usage, `--into: ${fault}`)
  const url = into ?? storeUrl(config, config.data)
  const refusal = await leaseRefusal(url, config.data)
  if (refusal !== undefined) throw new CommandFailed(exitCodes.config, refusal)
  return url
}

function progress() {
  let shown = Number.NEGATIVE_INFINITY
  return ({ journal, position, to }: { journal: string; position: number; to: number }) => {
    if (performance.now() - shown < lineMs && position < to) return
    shown = performance.now()
    const share = Math.floor((100 * position) / Math.max(1, to))
    process.stderr.write(`journal ${journal}: record ${position} of ${to} (${share} %)\n`)
  }
}

function report(options: Spoken, journals: readonly RebuiltJournal[], { checksum, tables }: ProjectionChecksum) {
  const missing = journals.filter(({ oldest }) => oldest > 1)
  print(
    options,
    { checksum, tables, journals },
    () => [
      ...journals.map(({ journal, from, to }) => `journal ${journal}: records ${from + 1} to ${to} processed`),
      ...linesOf({ checksum, tables }),
    ],
    {
      warnings: missing.map(
        ({ journal, oldest }) =>
          `records 1 to ${oldest - 1} of journal ${journal} are in neither archive nor journal: their frames are counted as damaged; layouts were taken from desk/`,
      ),
    },
  )
}

const linesOf = ({ checksum, tables }: ProjectionChecksum) => [
  ...tables.map(({ table, rows, checksum: of }) => `${table.padEnd(18)} ${`${rows}`.padStart(12)}  ${of}`),
  `checksum ${checksum}`,
]

/** Exit 1 where the database moved while it was read: nothing can be compared then. */
export async function checksumCommand(options: PlaceOptions & Spoken): Promise<number> {
  const { store, data } = await openOwnStore(options)
  await using _store = store
  const journal = (await journalId(path.join(data, 'journal'))) ?? ''
  const before = await positionOf(store, journal)
  const found = await projectionChecksum(store)
  const position = await positionOf(store, journal)
  if (position !== before)
    throw new CommandFailed(
      exitCodes.failed,
      'the database changed while it was read: stop the server, or run the command again when nothing arrives',
    )
  const warnings = (await runningServer(data)) ? ['a server runs: the next reading changes the checksum'] : []
  const { checksum, tables } = found
  print(
    options,
    { checksum, tables, journal, position },
    () => [`position ${position} of journal ${journal}`, ...linesOf(found)],
    {
      warnings,
    },
  )
  return exitCodes.ok
}

const positionOf = async (store: Store, journal: string) => (await store.ledgerAt(journal)).cursor.position
