/**
 * An envelope is the JSON in which a network server wraps what a device sent. It finds out who, when, which number and how well
 * heard, and hands over the payload; it does not read the payload.
 * New envelope = a folder with `read.ts` + one line in `registry.ts` + a case.
 */
import type { Measures } from '../../../domain/reading.ts'
import type { Instant } from '../../../lib/brand.ts'
import type { Json } from '../json.ts'

export interface Radio {
  readonly rssiDbm?: number
  readonly snrDb?: number
}

export interface LorawanUplink {
  readonly kind: 'uplink'
  /** DevEUI in upper-case hex, else the network server's own id. */
  readonly device: string | undefined
  readonly seq: number | undefined
  /** When the network heard it. */
  readonly time: Instant | undefined
  readonly fPort: number | undefined
  /** `undefined` when the envelope carries bytes that cannot be read. */
  readonly bytes: Uint8Array | undefined
  /** What a decoder in the network server made of the bytes. */
  readonly decoded: Json | undefined
  /** Names of device profile, brand and model: they choose the payload decoder. */
  readonly hints: readonly (string | undefined)[]
  readonly radio: Radio
}

export type Message =
  | LorawanUplink
  /** The device joined: its numbers begin anew. */
  | { readonly kind: 'join'; readonly device: string | undefined; readonly time: Instant | undefined }
  /** Health, without a number. */
  | {
      readonly kind: 'status'
      readonly device: string | undefined
      readonly time: Instant | undefined
      readonly measures: Measures
    }
  /** Understood, and no word from the device: acknowledgement of a downlink, location, log. */
  | { readonly kind: 'silent' }

export interface EnvelopeMeta {
  /** Kind of message as the transport names it: `event=up` in the query, the end of the topic. */
  readonly event: string | undefined
}

export interface Envelope {
  readonly name: string
  /** `undefined`: not this envelope. */
  readonly read: (body: Json, meta: EnvelopeMeta) => Message | undefined
}
