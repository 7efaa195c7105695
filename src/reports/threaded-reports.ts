/** Reports, each on a thread that ends with it. A reader that goes away ends it too, wherever it is. */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { endedOnce } from '../lib/ended-once.ts'
import { StoreError } from '../store/store.ts'
import type { ReportPort } from './report-port.ts'
import type { ReportNews, ReportTask } from './report-thread.ts'
import { ReportRefused } from './request.ts'

/** A year of stays of 2,000 bays by length takes some 100 MB. */
const memoryMiB = 768
/** A report that takes longer to be made and read is ended, lists too. */
const madeMsMax = 10 * 60_000

/** `storeUrl`: of a store whose schema is this program's. */
export const threadedReports = (storeUrl: string, msMax = madeMsMax): ReportPort => ({
  async answer(request) {
    const worker = new Worker(path.join(import.meta.dirname, 'report-thread.ts'), {
      workerData: { storeUrl, request } satisfies ReportTask,
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
    })
    const limit = AbortSignal.timeout(msMax)
    const news = newsOf(worker, limit)
    const end = () => void worker.terminate()
    limit.addEventListener('abort', end)
    try {
      const first = await news()
      if (!('head' in first)) throw new Error('a report begins with its head')
      const chunks = endedOnce(chunksOf(worker, news), async () => {
        limit.removeEventListener('abort', end)
        await worker.terminate()
      })
      return { head: first.head, chunks }
    } catch (fault) {
      limit.removeEventListener('abort', end)
      await worker.terminate()
      throw fault
    }
  },
})

/** The next message of the thread; throws what failed there. */
function newsOf(worker: Worker, limit: AbortSignal): () => Promise<ReportNews> {
  const waiting: ReportNews[] = []
  let ended: Error | undefined
  let wake = () => {}
  worker.on('message', (news: ReportNews) => {
    waiting.push(news)
    wake()
  })
  worker.on('error', (cause) => {
    ended ??= new Error(`the thread of the report ended: ${cause}`, { cause })
    wake()
  })
  worker.on('exit', () => {
    ended ??= new Error('the thread of the report ended')
    wake()
  })
  return async () => {
    for (;;) {
      if (limit.aborted) throw new Error('the report was ended: it took longer than it may, ask for a shorter period')
      if (waiting.length > 0) break
      if (ended) throw ended
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const news = waiting.shift() as ReportNews
    if (!('failed' in news)) return news
    if (news.refused) throw new ReportRefused(news.refused, news.failed)
    throw news.fault ? new StoreError(news.fault, news.failed) : new Error(news.failed)
  }
}

async function* chunksOf(worker: Worker, next: () => Promise<ReportNews>): AsyncGenerator<Uint8Array> {
  for (;;) {
    worker.postMessage('taken')
    const news = await next()
    if ('done' in news) return
    if ('chunk' in news) yield news.chunk
  }
}
