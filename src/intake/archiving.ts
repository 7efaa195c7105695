/** The archive of a journal as its writer sees it: up to where segments may be removed, and why it does not advance. */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { RecordNumber } from '../journal/journal.ts'
import type { Log } from '../lib/log.ts'
import type { ArchiveNews, ArchivePlace } from './archive-worker.ts'

const againMs = 5_000
/** Chunks of a megabyte, a listing, and the window of the compression: far below this. */
const workerMemoryMiB = 128

export interface Archiving extends AsyncDisposable {
  /** Everything up to this record is in the archive. */
  upTo(): RecordNumber
  /** Why nothing is archived now; undefined while all is well. */
  problem(): string | undefined
}

export function startArchiving(place: ArchivePlace, log: Log): Archiving {
  let upTo = 0
  let problem: string | undefined
  let worker: Worker | undefined
  let again: NodeJS.Timeout | undefined
  let isOver = false

  function receive(news: ArchiveNews) {
    if ('failed' in news) return failed(reasonOf(news, place.archive))
    if (problem !== undefined) log.info('segments are archived again', { archive: place.archive })
    problem = undefined
    upTo = Math.max(upTo, news.upTo)
    for (const segment of news.written) log.info('a segment of the journal was archived', { segment })
  }

  function failed(reason: string) {
    if (problem === undefined)
      log.error('segments are not archived: the journal keeps them until they are', { archive: place.archive, reason })
    problem = reason
  }

  function launch() {
    const launched = new Worker(path.join(import.meta.dirname, 'archive-worker.ts'), {
      workerData: place,
      resourceLimits: { maxOldGenerationSizeMb: workerMemoryMiB },
    })
    worker = launched
    launched.on('message', receive)
    launched.on('error', (fault) => failed((fault as Error).message))
    launched.on('exit', () => {
      if (isOver) return
      failed(problem ?? 'its thread ended')
      again = setTimeout(launch, againMs)
    })
  }

  launch()
  return {
    upTo: () => upTo,
    problem: () => problem,
    async [Symbol.asyncDispose]() {
      isOver = true
      clearTimeout(again)
      await worker?.terminate()
    },
  }
}

/** With what to do. */
function reasonOf({ failed, code }: Extract<ArchiveNews, { failed: string }>, archive: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk that holds ${archive} is full: free some space there`
  if (code === 'ENOENT') return `${archive} is not there: make the directory, or mount its disk`
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return `${archive} cannot be written (${code}): let the user of the server write there`
  return failed
}
