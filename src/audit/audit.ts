/**
 * The audit: recounts the journal against the database, and the rows of the database against its ledger. Runs next to a running server
 * and on a stopped one, blocks no other process (it reads the journal and a snapshot of the database) and needs little memory: the journal is
 * scanned by windows, the database adds up by pages of sensors.
 */
import { createHash } from 'node:crypto'
import type { AuditReport } from '@baykeeper/contract/audit.ts'
import { decodeUplink } from '../domain/uplink.ts'
import { type CheckpointBody, parseCheckpoint } from '../intake/counters.ts'
import { type JournalReader, type JournalTail, recordKinds } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Recount } from '../store/queries/recount.ts'
import type { Store } from '../store/store.ts'
import { conservation, differences, type Sides } from './conservation.ts'

export interface AuditStep {
  readonly step: 'database' | 'journal'
  readonly done: number
  readonly total: number
}

export interface AuditDeps {
  readonly store: Store
  readonly reader: JournalReader
  readonly clock: Clock
  readonly onStep?: (step: AuditStep) => void
}

const warningsMax = 100
const readLimit = { bytesMax: 4 * 1024 * 1024, framesMax: 1_000_000 }

export async function audit({ store, reader, clock, onStep }: AuditDeps): Promise<AuditReport> {
  const started = clock.monotonic()
  // The database first: the journal can only have grown since, and what it grew by is pending.
  onStep?.({ step: 'database', done: 0, total: 0 })
  const rows = await store.recount(reader.id, {
    onProgress: (done, total) => onStep?.({ step: 'database', done, total }),
  })
  onStep?.({ step: 'journal', done: rows.sensors, total: rows.sensors })
  const { tail, lastCheckpoint, damage } = await reader.scan()
  const at = await reader.countsAt(rows.cursor.position)
  const checkpoint = lastCheckpoint && parseCheckpoint(lastCheckpoint.bytes)
  const sides: Sides = {
    // Frames that became durable after the checkpoint were received too.
    received:
      (checkpoint?.received ?? 0) +
      (tail.acceptedFrames - (checkpoint?.accepted ?? 0)) +
      (tail.noiseFrames - (checkpoint?.unframeable ?? 0)),
    refused: checkpoint?.refused ?? 0,
    unframeable: tail.noiseFrames,
    acceptedFrames: tail.acceptedFrames,
    committed: { ...rows.totals, position: rows.cursor.position, acceptedFrames: at?.acceptedFrames ?? 0 },
  }
  const ledger = conservation(sides)
  const brackets = differences(sides)
  const behind =
    ledger.pending < 0
      ? [`the database is ahead of the journal by ${-ledger.pending} frames: the journal was cut or replaced`]
      : []
  // A torn end is not a loss; on a running server it is the write in flight.
  const damaged = damage
    .filter(({ torn }) => !torn)
    .map(
      ({ segment, fromRecord, toRecord, reason }) =>
        `journal damage in ${segment}: records ${fromRecord} to ${toRecord} (${reason})`,
    )
  const failures = rows.failuresTotal + behind.length
  const body: Omit<AuditReport, 'sha256'> = {
    time: new Date(clock.now()).toISOString(),
    tookMs: Math.round(clock.monotonic() - started),
    ok: brackets.intake === 0 && brackets.store === 0 && failures === 0,
    journal: reader.id,
    ledger,
    brackets,
    sources: bySource(rows, await intakeCounts(reader, checkpoint, tail)),
    sensors: rows.sensors,
    epochs: rows.epochs,
    warnings: [...behind, ...rows.failures, ...damaged].slice(0, warningsMax),
    failures,
  }
  return { ...body, sha256: createHash('sha256').update(JSON.stringify(body)).digest('hex') }
}

interface IntakeCount {
  received: number
  accepted: number
  refused: number
  unframeable: number
}

/** By source: the newest checkpoint, and what the journal holds after it. */
async function intakeCounts(
  reader: JournalReader,
  checkpoint: CheckpointBody | undefined,
  { lastRecord }: JournalTail,
) {
  const counts = new Map<string, IntakeCount>()
  for (const [source, { received, accepted, refused, unframeable }] of Object.entries(checkpoint?.sources ?? {}))
    counts.set(source, { received, accepted, refused, unframeable })
  for (let after = checkpoint?.upTo ?? 0; after < lastRecord; ) {
    const { records, damage } = await reader.read(after, { durable: lastRecord, ...readLimit })
    for (const { kind, bytes, frames } of records) {
      if (kind === recordKinds.checkpoint || kind === recordKinds.desk) continue
      const source = decodeUplink(bytes)?.source ?? 'unknown'
      const count = counts.getOrInsertComputed(source, () => ({ received: 0, accepted: 0, refused: 0, unframeable: 0 }))
      count.received += frames
      count[kind === recordKinds.data ? 'accepted' : 'unframeable'] += frames
    }
    const next = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
    if (next === after) break
    after = next
  }
  return counts
}

function bySource(rows: Recount, intake: ReadonlyMap<string, IntakeCount>): AuditReport['sources'] {
  const stored = new Map(rows.sources.map((row) => [row.source, row]))
  return [...new Set([...stored.keys(), ...intake.keys()])].sort().map((source) => {
    const { received = null, accepted = null, refused = null, unframeable = null } = intake.get(source) ?? {}
    const row = { ...emptyRow, ...stored.get(source) }
    const ended = row.committed + row.duplicate + row.quarantined + row.tentative
    return {
      ...{ source, received, accepted, refused, unframeable },
      ...{ committed: row.committed, duplicate: row.duplicate, quarantined: row.quarantined, tentative: row.tentative },
      // Ledgers of journals before this one are in the rows, and their frames are in no count of this one.
      pending: accepted === null || ended > accepted ? null : accepted - ended,
      ...{ lost: row.lost, damaged: row.damaged, readings: row.readings },
      ...{ deadLetters: row.deadLetters, discarded: row.discarded },
      ...{ openGaps: row.openGaps, confirmedLost: row.confirmedLost },
    }
  })
}

const emptyRow = {
  ...{
    committed: 0,
    duplicate: 0,
    quarantined: 0,
    tentative: 0,
    lost: 0,
    damaged: 0,
    readings: 0,
    deadLetters: 0,
    discarded: 0,
  },
  ...{ openGaps: 0, confirmedLost: 0 },
}
