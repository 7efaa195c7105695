/**
 * An envelope is the JSON in which a network server wraps what a device sent. It finds out who, when, which number of which session and
 * how well heard, and hands over the payload; it does not read the payload.
 * New envelope = a folder with `read.ts` + one line in `registry.ts` + a case.
 */
import type { Measures } from '../../../domain/reading.ts'
import type { Instant } from '../../../lib/brand.ts'
import type { Identifier } from '../choose-model.ts'
import type { Json } from '../json.ts'

export interface Radio {
  readonly rssiDbm?: number
  readonly snrDb?: number
}

interface Sent {
  /** DevEUI in its normal form, else the network server's own id. */
  readonly device: string | undefined
  /** When the network heard it. */
  readonly time: Instant | undefined
}

export interface LorawanUplink extends Sent {
  readonly kind: 'uplink'
  readonly seq: number | undefined
  /** Session that `seq` counts in. */
  readonly session: string | undefined
  readonly fPort: number | undefined
  /** `undefined` when the envelope carries bytes that cannot be read. */
  readonly bytes: Uint8Array | undefined
  /** What a decoder in the network server made of the bytes. */
  readonly decoded: Json | undefined
  /** What the network server knows of the device's model. */
  readonly identifiers: readonly Identifier[]
  /** Of the network server, by its id there. */
  readonly application?: string | undefined
  readonly radio: Radio
  /** Ids of the gateways that heard it; undefined where they are not known. */
  readonly gateways: readonly string[] | undefined
}

export type Message =
  | LorawanUplink
  /** The device joined: its numbers begin again, in a new session. */
  | (Sent & { readonly kind: 'join'; readonly session: string | undefined })
  /** Health, without a number. */
  | (Sent & { readonly kind: 'status'; readonly measures: Measures })
  /** Understood, and nothing from the device: acknowledgement of a downlink, location, log. */
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
