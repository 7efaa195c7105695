/**
 * Frames that wait for a decision (docs/specs/ordering.md, O8): kept as dead letters of the state `tentative`, with their bytes, written and
 * removed in the transactions that decide about them. In the ledger they count as quarantined until then; what shows the ledger takes them
 * out again by counting the letters.
 */
import type { Reading } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import type { Instant } from '../lib/brand.ts'
import type { DeadLetterRow } from '../store/store.ts'
import { type DeadLetterHead, deadLetter, undecidedAs } from './dead-letter.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import type { Tracked } from './fleet.ts'
import type { RunFrame } from './order/undecided.ts'

/** A reading on its way into the batch. */
export interface PlacedReading {
  readonly device: Tracked
  readonly reading: Reading
  readonly uplink: Uplink
  readonly pos: number
  readonly idx: number
  readonly hash: number
  /** Its own time, or that of its arrival when that is not believed. */
  readonly time: Instant
  readonly doubted: boolean
}

/** One reading of the undecided run of a device. */
export interface Undecided extends RunFrame {
  readonly taken: PlacedReading
  readonly ticket: Ticket
  /** Which reading of its frame it is. */
  readonly k: number
}

/** What a frame waits for. */
export interface Ticket {
  readonly letter: Omit<DeadLetterRow, 'state'>
  readonly uplink: Uplink
  readonly open: Map<number, Undecided>
  /** One of its readings was stored. */
  committed: boolean
  /** Its frame was counted as undecided. */
  filed: boolean
  readonly devices: Set<Tracked>
}

/** What the head of a letter holds about the readings that wait. */
export interface WaitingHead extends DeadLetterHead {
  readonly waiting: readonly Waiting[]
  readonly committed: boolean
}
export type Waiting = readonly [k: number, match: RunFrame['match'], epoch: number, began: boolean]

export interface UndecidedFrames {
  /** The ticket of the frame in hand, once one of its readings waits. */
  readonly inHand: Ticket | undefined
  /** The next frame comes: nothing of it waits yet. */
  begin(): void
  /** The ticket of the frame in hand, made for the first of its readings that waits. */
  ticketOf(record: DecodedRecord, frame: DecodedFrame): Ticket
  /** What its readings wait for has changed: its letter is written again. */
  refile(ticket: Ticket): void
  /** The frame has ended: true when some of its readings wait. */
  file(ticket: Ticket): boolean
  /** A reading was decided; true when it was the last one of a frame that was filed. */
  decide(entry: Undecided, committed: boolean): boolean
  /** What the batch in hand writes and removes. */
  letters(): readonly DeadLetterRow[]
  gone(): readonly { readonly pos: number; readonly idx: number }[]
}

const keyOf = ({ pos, idx }: Pick<DeadLetterRow, 'pos' | 'idx'>) => `${pos}.${idx}`

export function createUndecidedFrames(): UndecidedFrames {
  const written = new Map<string, DeadLetterRow>()
  const gone = new Map<string, { pos: number; idx: number }>()
  const own = new Set<string>()
  let inHand: Ticket | undefined

  function write(ticket: Ticket) {
    const { letter, open, committed } = ticket
    const waiting = [...open.values()].map(({ k, match, epoch, began }): Waiting => [k, match, epoch, began])
    const head = JSON.stringify({ ...JSON.parse(letter.head), waiting, committed })
    written.set(keyOf(letter), { ...letter, head, state: 'tentative' })
  }

  return {
    get inHand() {
      return inHand
    },
    begin() {
      inHand = undefined
    },
    ticketOf(record, frame) {
      inHand ??= {
        ...{ letter: deadLetter(record, frame, undecidedAs, {}), uplink: record.uplink },
        ...{ open: new Map(), committed: false, filed: false, devices: new Set() },
      }
      return inHand
    },
    file(ticket) {
      if (ticket.open.size === 0) return false
      ticket.filed = true
      own.add(keyOf(ticket.letter))
      write(ticket)
      return true
    },
    refile(ticket) {
      if (ticket.filed && ticket.open.size > 0) write(ticket)
    },
    decide({ ticket, k }, committed) {
      ticket.open.delete(k)
      ticket.committed ||= committed
      if (!ticket.filed) return false
      if (ticket.open.size > 0) {
        write(ticket)
        return false
      }
      const { letter } = ticket
      written.delete(keyOf(letter))
      if (!own.has(keyOf(letter))) gone.set(keyOf(letter), { pos: letter.pos, idx: letter.idx })
      return true
    },
    letters: () => [...written.values()],
    gone: () => [...gone.values()],
  }
}
