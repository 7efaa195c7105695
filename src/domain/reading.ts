/**
 * A reading is what one frame reports about one device at one time. It is pure data: codecs make it, processing gives it an
 * identity `(source, device, epoch, seq)`, and `bay.ts` folds it into state.
 */

import type { RejectionCode } from '@baykeeper/contract/vocabulary.ts'
import { trimBlanks } from '../lib/blanks.ts'
import type { Brand, Instant } from '../lib/brand.ts'
import { idFault } from './id-text.ts'
import type { MeasureKey } from './measures.ts'

/** External id of a device: DevEUI, serial id, topic level. 1..128 printable characters. */
export type DeviceId = Brand<string, 'DeviceId'>
/** Id of a bay in the layout. 1..128 printable characters. */
export type BayId = Brand<string, 'BayId'>

export { idLengthMax } from './id-text.ts'

/** `undefined` when the text cannot be an id (id-text.ts has the reasons). ASCII blanks around it are cut off. */
export function parseId<T extends DeviceId | BayId>(text: string): T | undefined {
  const id = trimBlanks(text)
  return idFault(id) === undefined ? (id as T) : undefined
}

/** What was measured. Absent means that the frame has no such value. */
export interface Measures extends Partial<Numbers> {
  /** true occupied, false vacant, null the sensor reports unknown. */
  readonly occupied?: boolean | null
  readonly batteryLow?: boolean
}
type Numbers = { readonly [K in MeasureKey]: number }

export interface Reading {
  readonly device: DeviceId
  /** Sequence number of the sender, 0..2^53-1; absent when the protocol has none. */
  readonly seq?: number
  /** Boot of the sender as a number that counts up: like `boot`, and a lower one is older. */
  readonly epoch?: number
  /** Boot of the sender (field `boot`), 1..64 printable characters: a sequence belongs to one boot. */
  readonly boot?: string
  /** Network session that `seq` counts in (LoRaWAN: session key id, else device address), 1..64 printable characters. */
  readonly session?: string
  /** The device's own time; absent means arrival time. */
  readonly time?: Instant
  /** `network`: `time` was stamped by the network server, so it may differ between two copies of one frame. Absent: the device's clock. */
  readonly timeSource?: 'network'
  /** Bay that the sender claims to watch. */
  readonly bay?: BayId
  /** Gateways that heard the frame. Absent: it names none. */
  readonly gateways?: readonly string[]
  /** `restart`: the protocol marks the start of a new sequence (join, start-up frame). `heartbeat`: liveness, no change of state. */
  readonly kind?: 'restart' | 'heartbeat'
  /** SHA-256 of the vendor's script that decoded the frame, hex; absent: none did. */
  readonly script?: string
  readonly measures: Measures
}

/** The way of a frame to the server: one gateway, or several that heard it; an empty list: not known; empty text: its source alone. */
export type FramePath = string | readonly string[]

/** Epoch of the rows that no rule can place: possible repeats (docs/specs/ordering.md, O11). Their numbers are no part of any boot. */
export const apartEpoch = -1

export interface Rejection {
  readonly code: RejectionCode
  /** One sentence: what, where and what to do. */
  readonly detail: string
}
