/** An audit in its own thread: what it reads and adds up takes no turn away from pages and streams. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { AuditReport } from '@baykeeper/contract/audit.ts'
import { openJournalReader } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { type AuditStep, audit } from './audit.ts'

export interface AuditPlace {
  /** Of the journal. */
  readonly dataDir: string
  readonly storeUrl: string
}

export type AuditNews = { readonly step: AuditStep } | { readonly report: AuditReport } | { readonly failed: string }

const post = (news: AuditNews) => parentPort?.postMessage(news)
const { dataDir, storeUrl } = workerData as AuditPlace

const journalDir = path.join(dataDir, 'journal')

try {
  // A reader takes a directory that is not there for an empty journal, which would agree with an empty database.
  if (!existsSync(journalDir))
    throw new Error(`the journal ${journalDir} is gone: nothing can be compared with it; restart the server`)
  await using reader = await openJournalReader(journalDir)
  await using store = await openStore(storeUrl, { log: silentLog, clock: systemClock })
  post({ report: await audit({ store, reader, clock: systemClock, onStep: (step) => post({ step }) }) })
} catch (fault) {
  post({ failed: fault instanceof Error ? fault.message : String(fault) })
}
