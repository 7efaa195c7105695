/** The processor process: follows the journal and keeps the store true. It may die at any time; the next one continues. */
import path from 'node:path'
import { type Keyring, openKeyring } from '../auth/keyring.ts'
import { storeUrl } from '../config/store-url.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { deskCopies, oldestRecord, openJournalReader } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { failPoint } from '../lib/fail-point.ts'
import { createDecoderBook } from '../processing/decoder-book.ts'
import { createProcessor, type DurableSignal } from '../processing/processor.ts'
import { createRawFrameCopier } from '../processing/raw-frames.ts'
import { createScriptRunner } from '../scripts/script-runner.ts'
import { type Store, StoreError } from '../store/store.ts'
import { type Child, runChild } from './child.ts'
import { createForgetting } from './forgetting.ts'
import { halfBuiltRefusal } from './half-built.ts'
import { reachStore } from './late-store.ts'
import type { LedgerTotals } from './messages.ts'
import { keepFindingMissing } from './missing-uplinks.ts'
import { keepForgetting } from './retention.ts'
import { holdLease, needsLease } from './server-lease.ts'

/** Ledger totals are read back from the store this often: what is shown is what is stored. */
const figuresEveryMs = 1_000

await runChild(async (child) => {
  const { settings, log, signal } = child
  const dir = settings.demo?.dir ?? settings.dataDir
  await using reader = await openJournalReader(path.join(dir, 'journal'))
  // The auditor reads for itself: what a reader returns is valid only until its next call.
  await using auditor = await openJournalReader(path.join(dir, 'journal'))
  const url = storeUrl(settings.config, settings.demo?.dir ?? settings.dataDir)
  await using store = await reachStore(url, { log, clock: systemClock, signal }, { ownThread: true })
  const lease = needsLease(url, dir)
    ? await holdLease({ store, owner: reader.id, dataDir: dir, clock: systemClock, log, signal })
    : undefined
  await using _released = lease
  const halfBuilt = await halfBuiltRefusal(store, reader.id, (await oldestRecord(path.join(dir, 'journal'))) ?? 1)
  if (halfBuilt !== undefined) throw new StoreError('config', halfBuilt)
  const weak = (await store.describe()).weaknesses
  for (const weakness of weak) log.warn(`the database weakens the promise: ${weakness}`)
  const { rawDays } = settings.config
  // The journal holds what the copier has not copied: nothing is released before it has reported its offset.
  const at: { position: number; copied: number | undefined } = { position: 0, copied: rawDays > 0 ? 0 : undefined }
  const moved = (now: Partial<typeof at>) => {
    Object.assign(at, now)
    child.send({ type: 'committed', ...at })
  }
  await using rawReader = await openJournalReader(path.join(dir, 'journal'))
  const copier = createRawFrameCopier({
    ...{ store, reader: rawReader, fence: settings.fence, clock: systemClock, log },
    onCopied: (copied) => moved({ copied }),
  })
  using keyring = await openKeyring(settings.dataDir, process.env, {
    onProblem: (error) => log.error('the key file is damaged; the keys known before stay valid', { error }),
  })
  const { codecs, decoders } = settings.config
  await using runner = createScriptRunner()
  const decoderBook = createDecoderBook({ store, codecs, decoders, runner })
  const processor = createProcessor({
    store,
    reader,
    fence: settings.fence,
    durable: durableSignal(child),
    desk: { copies: () => deskCopies(path.join(dir, 'desk')) },
    codecOf: decoderBook.codecOf,
    refreshDecoders: decoderBook.refresh,
    devicesNow: (source) => devicesOf(keyring, source),
    prepareScripts: decoderBook.prepare,
    clock: systemClock,
    log,
    checkpointFacts,
    lingerMs: settings.config.commitEveryMs,
    promiseMs: Math.round(settings.config.promiseHours * 3_600_000),
    onCommitted: (position) => {
      failPoint('batch-committed')
      copier.committed(position)
      moved({ position })
    },
  })
  // Figures go out whether or not the database answers: who waits for it is not silent.
  let ledger: LedgerTotals | undefined
  let gone: string | undefined
  let asking = false
  const report = async () => {
    child.send({ type: 'processor', stats: processor.stats(), ledger, gone })
    if (asking) return
    asking = true
    let reason: string | undefined
    // A database that is away is reported by the processor, whose commits need it; of the totals nothing is known meanwhile.
    ledger = await totals(store, auditor).catch((fault) => {
      if (fault instanceof StoreError && fault.fault === 'gone') reason = fault.message
      return undefined
    })
    if (reason !== undefined && gone === undefined) log.error('nothing is stored', { reason })
    gone = reason
    asking = false
  }
  const timer = setInterval(report, figuresEveryMs)
  const finding = keepFindingMissing({
    ...{ store, clock: systemClock, log, storages: settings.config.networkStorage },
    onFound: (numbers) => child.send({ type: 'missing-numbers', numbers }),
  })
  const forget = createForgetting({ store, log, days: settings.config, clock: systemClock })
  const forgetting = keepForgetting({ forget, clock: systemClock, log })
  child.send({ type: 'ready' })
  try {
    // It ends with the process, by the signal.
    forgetting.run(signal).catch(() => {})
    // As above: what it has not found yet it finds after the next start.
    finding.run(signal).catch(() => {})
    const running = [processor.run(signal), ...(rawDays > 0 ? [copier.run(signal)] : [])]
    const work = Promise.all(running)
    await report()
    await (lease ? Promise.race([work, lease.lost]) : work)
  } finally {
    clearInterval(timer)
  }
})

/** Of the simulator too there is no token of a person. */
function devicesOf(keyring: Keyring, source: string): readonly string[] | null | undefined {
  const found = keyring.ingestNamed(source)
  return found && (found.sender.limits?.devices ?? null)
}

/** Asks `main` for a wake-up above a record number; one question at a time, asked again should intake be restarted. */
function durableSignal(child: Child): DurableSignal {
  let durable = 0
  let wake: (() => void) | undefined
  child.onMessage((message) => {
    if (message.type !== 'durable') return
    durable = Math.max(durable, message.record)
    failPoint('record-seen')
    wake?.()
  })
  return {
    async waitBeyond(beyond, signal) {
      if (durable > beyond) return durable
      signal.throwIfAborted()
      child.send({ type: 'wake-above', beyond })
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          wake = undefined
          reject(signal.reason)
        }
        wake = () => {
          if (durable <= beyond) return
          wake = undefined
          signal.removeEventListener('abort', abort)
          resolve()
        }
        signal.addEventListener('abort', abort, { once: true })
      })
      return durable
    },
  }
}

async function totals(
  store: Store,
  reader: { id: string; countsAt(record: number): Promise<{ acceptedFrames: number } | undefined> },
): Promise<LedgerTotals | undefined> {
  const { cursor, totals: sums } = await store.ledgerAt(reader.id)
  const counts = await reader.countsAt(cursor.position)
  return counts && { ...sums, position: cursor.position, acceptedFrames: counts.acceptedFrames }
}
