/**
 * Dead letters that somebody marked for another try: decoded again with today's codecs. What is understood now is stored and its
 * frame moves from quarantined to committed or duplicate in the ledger, in the transaction that removes the dead letter; what is
 * not goes back with its new reason. Safe to repeat.
 */
import type { UplinkHead } from '../domain/uplink.ts'
import type { Framing } from '../lib/frames.ts'
import type { Log } from '../lib/log.ts'
import { fail } from '../lib/result.ts'
import type { CommitBatch, Store, StoredDeadLetter } from '../store/store.ts'
import { createBatch } from './batch.ts'
import type { CodecOf, DecodedFrame, DecodedRecord } from './decode-record.ts'
import type { Fleet } from './fleet.ts'
import { createLedgerBook } from './ledger-book.ts'

const requeueBatchMax = 500

export interface RequeueDeps {
  readonly store: Store
  readonly reader: { readonly id: string }
  readonly fence: number
  readonly codecOf: CodecOf
  readonly log: Log
}

export interface RequeuePlace {
  readonly fleet: Fleet
  readonly position: number
  readonly base: number
}

export async function requeueOnce(deps: RequeueDeps, { fleet, position, base }: RequeuePlace): Promise<number> {
  const letters = await deps.store.requeuedDeadLetters(requeueBatchMax)
  if (letters.length === 0) return 0
  const batch = createBatch(fleet, deps.store, position + base)
  const ledger = createLedgerBook()
  for (const letter of letters) {
    const { record, frame } = decodeAgain(letter, deps)
    const outcome = await batch.addFrame(record, frame)
    if (outcome === 'quarantined') continue
    ledger.add(letter.source, letter.arrived, 'quarantined', -1)
    ledger.add(letter.source, letter.arrived, outcome, 1)
  }
  for (const row of batch.rows.ledger.rows()) ledger.add(row.source, Date.parse(row.day), 'lost', row.lost)
  const commit: CommitBatch = {
    journal: deps.reader.id,
    from: position,
    to: position,
    fence: deps.fence,
    readings: batch.rows.readings,
    devices: fleet.touched(),
    deadLetters: batch.rows.deadLetters,
    deadLettersDone: letters.map(({ pos, idx }) => ({ pos, idx })),
    ledger: ledger.rows(),
  }
  await deps.store.commit(commit)
  fleet.settle()
  deps.log.info('dead letters decoded again', { tried: letters.length, stillRejected: batch.rows.deadLetters.length })
  return letters.length
}

function decodeAgain(letter: StoredDeadLetter, deps: RequeueDeps): { record: DecodedRecord; frame: DecodedFrame } {
  const head = JSON.parse(letter.head) as UplinkHead & { framing: Framing }
  const uplink = { ...head, arrivedAt: letter.arrived, bytes: letter.bytes }
  const codec = deps.codecOf(letter.codec)
  const result = codec
    ? codec.decode(letter.bytes, { arrivedAt: letter.arrived, meta: head.meta ?? {} })
    : fail({ code: 'unknown-format' as const, detail: `no codec named "${letter.codec}" in this release` })
  return {
    record: { pos: letter.pos, uplink, counted: 1, frames: [] },
    frame: { idx: letter.idx, bytes: letter.bytes, result },
  }
}
