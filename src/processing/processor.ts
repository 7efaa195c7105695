/**
 * The processor: journal to decode to dedupe to fold to store, in batches.
 *
 * - R1 A batch has three outcomes: stored, rejected (dead letters, with bytes), retry. Only the first two move the cursor.
 * - R2 The cursor, the rows and the ledger move in one transaction; after any failed commit everything in memory is dropped and
 *   loaded from the store, whose cursor says what really happened. So there is one way back from every fault.
 * - R3 Operating faults of the store are retried for ever; intake never waits for the processor.
 * - R4 At most one batch is in memory, bounded in bytes and frames.
 */

import { type JournalReader, recordKinds, type StoredRecord } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { type CommitBatch, type Store, StoreError } from '../store/store.ts'
import { createBatch } from './batch.ts'
import { type CodecOf, decodeRecord } from './decode-record.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { damageLosses, type IntakeSaid, inOne } from './intake-said.ts'
import { createLedgerBook } from './ledger-book.ts'
import { createMeter, type Meter, type ProcessorStats } from './meter.ts'
import { requeueOnce } from './requeue.ts'

/** A batch is at most this much: two of them fit easily in memory, and a commit stays well under a second. */
export const batchBytesMax = 4 * 1024 * 1024
export const batchFramesMax = 10_000
/** How often dead letters marked for another try are looked for. */
const requeueEveryMs = 1_000

export interface DurableSignal {
  /** Resolves with the newest durable record number once it is above `beyond`; rejects when aborted. */
  waitBeyond(beyond: number, signal: AbortSignal): Promise<number>
}

export interface ProcessorDeps {
  readonly store: Store
  readonly reader: JournalReader
  /** Fence of this processor's claim: the journal's own, so that a newer writer's processor wins. */
  readonly fence: number
  readonly durable: DurableSignal
  readonly codecOf: CodecOf
  readonly clock: Clock
  readonly log: Log
  onCommitted?(position: number): void
  /** What intake says in a checkpoint about its counts and losses. */
  intakeSaid?(checkpoint: StoredRecord): IntakeSaid
}

export interface Processor {
  run(signal: AbortSignal): Promise<void>
  stats(): ProcessorStats
}

interface Place {
  readonly fleet: Fleet
  position: number
  /** Raises record numbers to positions that stay unique when a database outlives a journal. */
  readonly base: number
}

export function createProcessor(deps: ProcessorDeps): Processor {
  const { store, reader, durable, clock, log } = deps
  const meter = createMeter(clock)
  let framesMax = batchFramesMax

  async function load(): Promise<Place> {
    await store.takeFence(reader.id, deps.fence)
    const cursor = await store.cursor(reader.id)
    const fleet = createFleet(await store.devices())
    const counts = await reader.countsAt(cursor.position)
    meter.placed(cursor.position, counts?.acceptedFrames ?? 0, fleet.size)
    // Also the commit whose answer was lost: whoever follows it should not wait for the next one.
    deps.onCommitted?.(cursor.position)
    return { fleet, position: cursor.position, base: cursor.base ?? 0 }
  }

  async function run(signal: AbortSignal) {
    let place: Place | undefined
    let attempt = 0
    let requeueAt = 0
    while (!signal.aborted) {
      try {
        place ??= await load()
        attempt = 0
        meter.state('ok')
        if (clock.monotonic() >= requeueAt) {
          await requeueOnce(deps, place)
          requeueAt = clock.monotonic() + requeueEveryMs
        }
        const limit = await newest(place.position, requeueAt - clock.monotonic(), signal)
        if (limit !== undefined) place.position = await step(place, limit, meter)
      } catch (fault) {
        if (signal.aborted) return
        place = undefined
        await settleFault(fault, attempt++, signal)
      }
    }
  }

  /** The newest durable record, or undefined when it is time to look for requeued dead letters. */
  async function newest(position: number, forMs: number, signal: AbortSignal): Promise<number | undefined> {
    const timer = AbortSignal.timeout(Math.max(1, Math.ceil(forMs)))
    try {
      return await durable.waitBeyond(position, AbortSignal.any([signal, timer]))
    } catch (reason) {
      if (timer.aborted && !signal.aborted) return undefined
      throw reason
    }
  }

  async function step(place: Place, durableNumber: number, meter: Meter): Promise<number> {
    const { fleet, position: from, base } = place
    const { records, damage } = await reader.read(from, { durable: durableNumber, bytesMax: batchBytesMax, framesMax })
    const to = Math.max(from, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    if (to === from) return from
    const started = clock.monotonic()
    const batch = createBatch(fleet, store)
    let oldest: number | undefined
    const said: IntakeSaid[] = []
    for (const record of records) {
      if (record.kind === recordKinds.checkpoint && deps.intakeSaid) said.push(deps.intakeSaid(record))
      if (record.kind !== recordKinds.data) continue
      const decoded = decodeRecord(record, deps.codecOf, base)
      oldest ??= decoded.uplink.arrivedAt
      await batch.addRecord(decoded)
    }
    for (const range of damage) {
      if (range.torn) log.warn('the torn end of the journal is passed over', { ...range })
      else log.error('journal records could not be read back', { ...range })
      batch.rows.ledger.add('journal', clock.now(), 'damaged', range.frames)
      said.push({ losses: damageLosses(range, clock.now()), intakeDays: [] })
    }
    const { readings, deadLetters, ledger, outcomes } = batch.rows
    const commit: CommitBatch = {
      journal: reader.id,
      from,
      to,
      fence: deps.fence,
      readings,
      devices: fleet.touched(),
      deadLetters,
      deadLettersDone: [],
      ledger: ledger.rows(),
      losses: { ...batch.losses(), ...inOne(said) },
    }
    try {
      await store.commit(commit)
    } catch (fault) {
      if (fault instanceof StoreError && fault.fault === 'data') await isolate(records, commit, fault, base)
      throw fault
    }
    fleet.settle()
    framesMax = Math.min(batchFramesMax, framesMax * 2)
    meter.committed({
      position: to,
      acceptedFrames: lastAccepted(records),
      ...outcomes,
      tookMs: clock.monotonic() - started,
      ageMs: oldest === undefined ? 0 : clock.now() - oldest,
      devices: fleet.size,
    })
    deps.onCommitted?.(to)
    return to
  }

  /** A row the store refuses: smaller batches until the culprit's record stands alone, then its frames go to quarantine. */
  async function isolate(records: readonly StoredRecord[], commit: CommitBatch, fault: StoreError, base: number) {
    const data = records.filter((record) => record.kind === 1 && record.frames > 0)
    const [only] = data
    if (data.length > 1 || !only) {
      framesMax = Math.max(1, Math.floor(Math.min(framesMax, totalFrames(data)) / 2))
      log.warn('a row was refused by the store: looking for it in smaller batches', {
        framesMax,
        reason: fault.message,
      })
      return
    }
    log.error('the store refuses the rows of one uplink: its frames are quarantined', {
      record: only.number,
      reason: fault.message,
    })
    const decoded = decodeRecord(only, deps.codecOf, base)
    const ledger = createLedgerBook()
    ledger.add(decoded.uplink.source, decoded.uplink.arrivedAt, 'quarantined', decoded.counted)
    const batch = createBatch(createFleet([]), store)
    const rejection = { code: 'store-refused' as const, detail: fault.message }
    for (const frame of decoded.frames)
      await batch.addFrame(decoded, { ...frame, result: { ok: false, error: rejection } })
    await store.commit({
      ...commit,
      readings: [],
      devices: [],
      deadLetters: batch.rows.deadLetters,
      ledger: ledger.rows(),
      losses: {
        sensorDays: [],
        gaps: [],
        gapsGone: [],
        losses: commit.losses?.losses ?? [],
        intakeDays: commit.losses?.intakeDays ?? [],
      },
    })
    deps.onCommitted?.(commit.to)
  }

  async function settleFault(fault: unknown, attempt: number, signal: AbortSignal) {
    const kind = fault instanceof StoreError ? fault.fault : 'unknown'
    if (kind === 'data') return
    meter.state(kind === 'fenced' ? 'behind' : 'database-down')
    const delayMs = retryDelayMs(attempt)
    if (attempt === 0 || attempt % 10 === 0)
      log.warn('the batch was not committed; nothing is lost, it will be tried again', {
        fault: kind,
        reason: fault instanceof Error ? fault.message : String(fault),
        retryInMs: Math.round(delayMs),
      })
    if (kind === 'unknown')
      log.error('unexpected fault in the processor', { error: fault, stack: (fault as Error).stack })
    await clock.sleep(delayMs, signal).catch(() => {})
  }

  return { run, stats: () => meter.stats() }
}

const totalFrames = (records: readonly StoredRecord[]) => records.reduce((sum, record) => sum + record.frames, 0)
const lastAccepted = (records: readonly StoredRecord[]) => records.at(-1)?.acceptedFrames
