/**
 * Dead letters that somebody marked for another try: decoded again with today's codecs. What is understood now is stored and its
 * frame moves from quarantined to committed or duplicate in the ledger, in the transaction that removes the dead letter; what is
 * not goes back with its new reason. Safe to repeat.
 *
 * A letter that stands for a whole record (no codec of that name, not split as it was counted) is split again, so that each of its
 * frames ends for itself.
 */
import { decodeUplink, type UplinkHead } from '../domain/uplink.ts'
import type { Framing } from '../lib/frames.ts'
import type { Log } from '../lib/log.ts'
import { fail } from '../lib/result.ts'
import { type CommitBatch, noReadings, type Store, type StoredDeadLetter } from '../store/store.ts'
import { createBatch } from './batch.ts'
import type { CodecBook } from './codec-book.ts'
import type { DeadLetterHead } from './dead-letter.ts'
import { type CodecOf, type DecodedRecord, framesOf, splitUplink, wholeFrame } from './decode-record.ts'
import type { PrepareScripts } from './decoder-book.ts'
import { withinDevices } from './device-limit.ts'
import type { Fleet } from './fleet.ts'
import type { HistoryFold } from './folds.ts'
import { createLedgerBook } from './ledger-book.ts'
import { kindOf } from './trouble.ts'

/** Letters read at once, with their bytes. */
const requeueLettersMax = 64
/** A commit takes no more letters once it has this many frames: a letter may stand for a record of many thousands. */
const requeueFramesMax = 10_000
/** Commits before the journal has its turn again. */
const requeueRoundsMax = 8

export interface RequeueDeps {
  readonly store: Store
  readonly reader: { readonly id: string }
  readonly fence: number
  readonly codecOf: CodecOf
  /** Reads again which decoders operators have chosen. */
  refreshDecoders?(): Promise<void>
  /** Ids of the devices that the token of a source is limited to now; null: to none; undefined: the source has no token. */
  devicesNow?(source: string): readonly string[] | null | undefined
  readonly prepareScripts?: PrepareScripts | undefined
  readonly log: Log
  /** The folds of the place as the store has them, after a try that was refused. */
  readonly reload?: () => Promise<void>
}

export interface RequeuePlace {
  readonly fleet: Fleet
  readonly history?: HistoryFold
  readonly codecs?: CodecBook
  readonly position: number
  readonly base: number
}

/** Returns how many letters were tried. */
export async function requeueOnce(deps: RequeueDeps, place: RequeuePlace): Promise<number> {
  let tried = 0
  for (let round = 0; round < requeueRoundsMax; round++) {
    const letters = await deps.store.requeuedDeadLetters(requeueLettersMax)
    if (letters.length === 0) break
    // A letter is marked after its decoder was chosen.
    await deps.refreshDecoders?.()
    tried += await requeueOrPutBack(deps, place, letters)
  }
  return tried
}

/** What the store refuses is tried letter by letter, and goes back with its reason: no letter stops the others, or the journal. */
async function requeueOrPutBack(
  deps: RequeueDeps,
  place: RequeuePlace,
  letters: readonly StoredDeadLetter[],
): Promise<number> {
  try {
    return await requeueSome(deps, place, letters)
  } catch (fault) {
    const kind = kindOf(fault)
    if ((kind !== 'data' && kind !== 'unknown') || !deps.reload) throw fault
    await deps.reload()
    const [only] = letters
    if (letters.length === 1 && only) await putBack(deps, place, only, fault)
    else for (const letter of letters) await requeueOrPutBack(deps, place, [letter])
    return letters.length
  }
}

async function putBack(deps: RequeueDeps, place: RequeuePlace, letter: StoredDeadLetter, fault: unknown) {
  const { position } = place
  const detail = fault instanceof Error ? fault.message : String(fault)
  deps.log.error('a dead letter is refused by the database: it goes back', {
    id: `${letter.pos}.${letter.idx}`,
    detail,
  })
  const back = { ...letter, code: 'store-refused' as const, detail, state: 'new' as const }
  await deps.store.commit({
    ...{ journal: deps.reader.id, from: position, to: position, fence: deps.fence },
    ...{ readings: noReadings(), devices: [], deadLetters: [back], deadLettersDone: [], ledger: [] },
  })
}

async function requeueSome(
  deps: RequeueDeps,
  { fleet, history, codecs, position, base }: RequeuePlace,
  letters: readonly StoredDeadLetter[],
): Promise<number> {
  await deps.prepareScripts?.(codecs?.scripts ?? [], () => {
    for (const letter of letters) framesOf(decodeAgain(letter, headOf(letter, deps), deps.codecOf))
  })
  const batch = createBatch(fleet, deps.store, position + base, history)
  const ledger = createLedgerBook()
  const done: StoredDeadLetter[] = []
  let frames = 0
  for (const letter of letters) {
    if (frames >= requeueFramesMax) break
    const head = headOf(letter, deps)
    const record = decodeAgain(letter, head, deps.codecOf)
    ledger.add(letter.source, letter.arrived, 'quarantined', -record.counted)
    for (const frame of framesOf(record)) {
      const outcome = await batch.addFrame(record, frame, head)
      ledger.add(record.uplink.source, record.uplink.arrivedAt, outcome, record.whole ? record.counted : 1)
    }
    frames += record.counted
    done.push(letter)
  }
  // Numbers that are missing or no more, and frames that waited and were decided by these.
  for (const row of batch.rows.ledger.rows())
    for (const column of ['committed', 'duplicate', 'quarantined', 'lost'] as const)
      ledger.add(row.source, Date.parse(row.day), column, row[column])
  const remembered = await batch.history()
  const waiting = batch.undecided()
  const commit: CommitBatch = {
    journal: deps.reader.id,
    from: position,
    to: position,
    fence: deps.fence,
    readings: batch.rows.readings,
    devices: fleet.touched(),
    orders: fleet.ordersChanged(),
    changes: fleet.scripts.take(),
    deadLetters: [...batch.rows.deadLetters, ...waiting.letters],
    deadLettersDone: [...done.map(({ pos, idx }) => ({ pos, idx })), ...waiting.gone],
    ledger: ledger.rows(),
    losses: { ...batch.losses(), losses: [], intakeDays: [] },
    ...(remembered ? { history: remembered } : {}),
  }
  await deps.store.commit(commit)
  fleet.settle()
  deps.log.info('dead letters decoded again', { tried: done.length, stillRejected: batch.rows.deadLetters.length })
  return done.length
}

/** With the limit of today's token: one that was set or lifted since counts for what is tried again. */
function headOf({ head: json, source }: StoredDeadLetter, { devicesNow }: RequeueDeps): StoredHead {
  const head = JSON.parse(json) as StoredHead
  const devices = devicesNow?.(source)
  if (devices === undefined) return head
  const { devices: _before, ...meta } = head.meta ?? {}
  return { ...head, meta: devices === null ? meta : { ...meta, devices: devices.join(',') } }
}

export type StoredHead = UplinkHead & DeadLetterHead & { readonly framing: Framing }

export function decodeAgain(letter: StoredDeadLetter, head: StoredHead, codecOf: CodecOf): DecodedRecord {
  const { pos, idx, bytes, arrived } = letter
  const { frames, sensors: _, stored: __, ...uplinkHead } = head as StoredHead & { readonly frames?: number }
  const uplink = { ...uplinkHead, arrivedAt: arrived, bytes }
  if (frames !== undefined)
    // Bytes that were no uplink of a format known then may be one now.
    return splitUplink({ number: pos, frames }, (isUnread(head) && decodeUplink(bytes)) || uplink, codecOf)
  const codec = codecOf(letter.codec, letter.source)
  const result = codec
    ? withinDevices(codec.decode(bytes, { arrivedAt: arrived, meta: head.meta ?? {} }), head.meta ?? {})
    : fail({
        code: 'unknown-format' as const,
        detail: `no codec named "${letter.codec}" in this release; set codecs: { ${letter.source}: NAME } in the configuration`,
      })
  return { pos, uplink, counted: 1, length: 1, frame: () => wholeFrame(idx, bytes, result) }
}

/** How a record that was no uplink is kept (decode-record.ts). */
const isUnread = ({ source, codec }: UplinkHead) => source === 'unknown' && codec === 'unknown'
