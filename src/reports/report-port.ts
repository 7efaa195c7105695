/** How reports are asked for, wherever they are made. */
import { endedOnce } from '../lib/ended-once.ts'
import type { Store } from '../store/store.ts'
import { type AnsweredReport, answerReport } from './answer.ts'
import type { AnyReportRequest } from './request.ts'

export interface ReportPort {
  /**
   * Throws ReportRefused, StoreError; ReportsBusy while as many as may be are made. Its chunks are read to their end, or ended with `return`.
   */
  answer(request: AnyReportRequest): Promise<AnsweredReport>
}

/** Each holds a connection and the rows of a period. */
const reportsAtOnce = 2
export const busyRetryAfterS = 5
/** A reader that takes nothing for so long is ended: others wait for its place. */
const unreadMsMax = 60_000

export class ReportsBusy extends Error {}

/** At most so many at once; one counts until its last piece is read, or is not wanted any more. */
export function boundedReports({ answer }: ReportPort, atOnce = reportsAtOnce, unreadMs = unreadMsMax): ReportPort {
  let running = 0
  return {
    async answer(request) {
      if (running >= atOnce) throw new ReportsBusy(`${atOnce} reports are being made already`)
      running++
      try {
        const { head, chunks } = await answer(request)
        const counted = endedOnce(chunks, () => {
          running--
        })
        return { head, chunks: endedWhenUnread(counted, unreadMs) }
      } catch (fault) {
        running--
        throw fault
      }
    },
  }
}

function endedWhenUnread<T>(source: AsyncIterableIterator<T>, ms: number): AsyncIterableIterator<T> {
  let isLate = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const watch = () => {
    timer = setTimeout(() => {
      isLate = true
      // Its reader gets the failure with its next read.
      source.return?.().catch(() => {})
    }, ms)
    timer.unref()
  }
  watch()
  const ended = endedOnce(source, () => clearTimeout(timer))
  return {
    ...ended,
    async next() {
      clearTimeout(timer)
      if (isLate) throw new Error(`the report was ended: nothing of it was read for ${ms / 1_000} s`)
      const item = await ended.next()
      if (!item.done) watch()
      return item
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Made where they are asked for. */
export const reportsHere = (store: Store): ReportPort => ({ answer: (request) => answerReport(store, request) })
