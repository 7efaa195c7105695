/**
 * What is remembered of the order of one device, beside its row: kept in memory, stored in the transaction that changes it, as text and only
 * when it cannot be derived from the row. Rules: docs/specs/ordering.md.
 */

import type { Sent } from './resend.ts'

/** Numbers of one boot, session or lap of a counter that is not the current one. Times are null where no frame had a clock. */
export interface Span {
  readonly epoch: number
  readonly name?: string
  min: number
  max: number
  from: number | null
  to: number | null
}

/** Presence as it was before it became uncertain. */
export interface HeldPresence {
  readonly occupied: boolean | null | undefined
  readonly since: number | null
  /** What ends the doubt: a decision about the undecided run, a later device time, a second frame of a new part of a session, the next frame. */
  readonly until: 'decided' | 'later' | 'second' | 'next'
}

/** A frame of no certain boot whose number is above the current one. */
export interface Overtaken {
  readonly seq: number
  readonly occupied: boolean | null
}

/** Counters of a session, below its highest, that rise though the network stamped them later. `below`: the highest then. */
export interface Rising {
  readonly seq: number
  readonly clock: number
  readonly count: number
  readonly below: number
}

export interface OrderState {
  /** Newest device time (or network time) that was applied; null before the first. */
  clock: number | null
  /** Earliest clock of the current boot; null when it is not known. */
  from: number | null
  /** Name of the current boot or session; undefined when the frames name none. */
  name: string | undefined
  /** Highest number given to an epoch without a name. */
  lastEpoch: number
  /** Boots beside the current one, oldest knowledge first. */
  boots: Span[]
  /** The boot before the current one. */
  before: number | null
  held: HeldPresence | undefined
  /** Newest connection that asked for acknowledgements. */
  connection: string | undefined
  /** What came since the connection began, while it repeats what was sent before it. */
  resent: readonly Sent[] | undefined
  /** A recognised repetition: the number it has come to. */
  repeating: number | undefined
  overtaken: Overtaken | undefined
  rising: Rising | undefined
  /** A late frame showed that boots were counted as one: which numbers are missing is not certain. */
  isJoined: boolean
  /**
   * Counter values that do not fit to those before them, until the next value decides which is right, and when counters had their last accepted
   * values; `outAt`: that of `countOut`, where it is another. Undefined: none is in doubt, and they came with the newest reading.
   */
  counts: { readonly in?: number; readonly out?: number; readonly at: number; readonly outAt?: number } | undefined
  /** Stored with the mark `possible_repeat`. */
  repeats: number
  /** Readings that wait for a decision, as it is stored. */
  waiting: number
  /** Differs from what is stored. */
  changed: boolean
}

/** JSON has no undefined. */
type HeldText = Omit<HeldPresence, 'occupied'> & { readonly occupied: boolean | null | 'none' }

/** Boots remembered: repeats and late frames of older ones open their own boot. */
export const bootsMax = 32

/** Written out: there is one for each device, and a spread would keep its fields apart from the object. */
export const newOrder = (): OrderState => ({
  clock: null,
  from: null,
  name: undefined,
  lastEpoch: 0,
  boots: [],
  before: null,
  held: undefined,
  connection: undefined,
  resent: undefined,
  repeating: undefined,
  overtaken: undefined,
  rising: undefined,
  isJoined: false,
  counts: undefined,
  repeats: 0,
  waiting: 0,
  changed: false,
})

/** `lastTime`: of the device's row. A device without a stored order had a clock, which is its `lastTime`. */
export function orderFrom(text: string | undefined, lastTime: number): OrderState {
  if (text === undefined) return { ...newOrder(), clock: lastTime }
  const { held, ...stored } = JSON.parse(text) as Omit<Partial<OrderState>, 'held'> & { held?: HeldText }
  return {
    ...newOrder(),
    clock: lastTime,
    ...stored,
    held: held && { ...held, occupied: held.occupied === 'none' ? undefined : held.occupied },
  }
}

/** As it is stored; `clock` only when it is not the device's `lastTime`. */
export function orderText(order: OrderState, lastTime: number): string {
  const { clock, from, name, lastEpoch, boots, before, held, connection, resent, repeating, counts, repeats } = order
  const { overtaken, rising, isJoined, waiting } = order
  return JSON.stringify({
    ...(clock === lastTime ? {} : { clock }),
    ...(from === null ? {} : { from }),
    ...(name === undefined ? {} : { name }),
    ...(lastEpoch === 0 ? {} : { lastEpoch }),
    ...(boots.length === 0 ? {} : { boots }),
    ...(before === null ? {} : { before }),
    ...(held ? { held: { ...held, occupied: held.occupied === undefined ? 'none' : held.occupied } } : {}),
    ...(connection === undefined ? {} : { connection }),
    ...(resent === undefined ? {} : { resent }),
    ...(repeating === undefined ? {} : { repeating }),
    ...(overtaken ? { overtaken } : {}),
    ...(rising ? { rising } : {}),
    ...(isJoined ? { isJoined } : {}),
    ...(waiting === 0 ? {} : { waiting }),
    ...(counts ? { counts } : {}),
    ...(repeats === 0 ? {} : { repeats }),
  })
}
