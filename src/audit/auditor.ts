/** Audits on demand, one at a time: who asks while one runs waits for the same report. */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { AuditProgress, AuditReport } from '@baykeeper/contract/audit.ts'
import type { AuditStep } from './audit.ts'
import type { AuditNews, AuditPlace } from './audit-worker.ts'

/** Pages of sensors, windows of the journal and the report: far below this. */
const workerMemoryMiB = 256

export interface Auditor extends Disposable {
  /** Starts one, or joins the one that runs. Rejects when it cannot be finished. */
  run(): Promise<AuditReport>
  progress(): AuditProgress
}

export function createAuditor(place: AuditPlace): Auditor {
  let running: { readonly worker: Worker; readonly report: Promise<AuditReport>; step: AuditStep } | undefined
  let last: AuditReport | undefined
  let failed: string | undefined

  function start() {
    const worker = new Worker(path.join(import.meta.dirname, 'audit-worker.ts'), {
      workerData: place,
      resourceLimits: { maxOldGenerationSizeMb: workerMemoryMiB },
    })
    const { promise, resolve, reject } = Promise.withResolvers<AuditReport>()
    const job = { worker, report: promise, step: { step: 'database', done: 0, total: 0 } as AuditStep }
    worker.on('message', (news: AuditNews) => {
      if ('step' in news) job.step = news.step
      else if ('report' in news) resolve(news.report)
      else reject(new Error(news.failed))
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('the audit was ended')))
    promise
      .then(
        (report) => {
          last = report
          failed = undefined
        },
        (fault: Error) => {
          failed = fault.message
        },
      )
      .finally(() => {
        running = undefined
        void worker.terminate()
      })
    return job
  }

  return {
    run() {
      running ??= start()
      return running.report
    },
    progress: () => ({
      running: running !== undefined,
      step: running?.step.step ?? null,
      done: running?.step.done ?? 0,
      total: running?.step.total ?? 0,
      report: last ?? null,
      failed: failed ?? null,
    }),
    [Symbol.dispose]() {
      void running?.worker.terminate()
    },
  }
}
