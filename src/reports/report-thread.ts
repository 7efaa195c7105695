/** A report on its own thread with its own store: what it reads and adds up takes no turn away from pages and streams. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { StoreError, type StoreFault } from '../store/store.ts'
import { answerReport, type ReportAnswerHead } from './answer.ts'
import { type AnyReportRequest, ReportRefused } from './request.ts'

export interface ReportTask {
  readonly storeUrl: string
  readonly request: AnyReportRequest
}

export type ReportNews =
  | { readonly head: ReportAnswerHead }
  | { readonly chunk: Uint8Array }
  | { readonly done: true }
  | { readonly failed: string; readonly fault?: StoreFault; readonly refused?: ReportRefused['is'] }

const { storeUrl, request } = workerData as ReportTask
const post = (news: ReportNews) => parentPort?.postMessage(news)

/** The next piece is made when the one before was taken. */
const taken = () => new Promise((resolve) => parentPort?.once('message', resolve))

try {
  await using store = await openStore(storeUrl, { log: silentLog, clock: systemClock })
  const { head, chunks } = await answerReport(store, request)
  post({ head })
  for await (const chunk of chunks) {
    await taken()
    post({ chunk })
  }
  await taken()
  post({ done: true })
} catch (error) {
  const failed = error instanceof Error ? error.message : String(error)
  if (error instanceof ReportRefused) post({ failed, refused: error.is })
  else if (error instanceof StoreError) post({ failed, fault: error.fault })
  else post({ failed })
}
parentPort?.close()
