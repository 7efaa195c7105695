/**
 * The other direction of an envelope: the message that its network server sends for one uplink, with the fields of recorded messages. The
 * simulator sends what these write. New envelope = `write.ts` beside its `read.ts` + a line in `writers.ts`.
 */
import type { Json } from '../json.ts'

export interface WrittenUplink {
  /** DevEUI, 16 hexadecimal digits. */
  readonly device: string
  /** Of the network session: 8 hexadecimal digits, and the device address where the envelope names no session. */
  readonly session: string
  readonly seq: number
  /** When the network heard it, ms since 1970. */
  readonly time: number
  readonly fPort: number | undefined
  readonly bytes: Uint8Array
  /** What a decoder in the network server made of it. */
  readonly decoded?: Json | undefined
  readonly gateway: string
  readonly rssiDbm: number
  readonly snrDb: number
  /** The same uplink again, as another gateway heard it. */
  readonly isCopy: boolean
  /** As it was entered in the network server; absent: it was not. */
  readonly model?: WrittenModel | undefined
}

export interface WrittenModel {
  /** Name of a built-in decoder. */
  readonly decoder: string
  /** Absent: the model is known by its decoder alone. */
  readonly vendor?: string | undefined
  readonly id?: string | undefined
}

export interface EnvelopeWriter {
  readonly name: string
  /** Of the webhook, such as `event=up`. */
  readonly query?: string
  /** Hands over what a decoder in the network server made. */
  readonly decodes: boolean
  /** Hands over the port, without which most decoders do not read the bytes. */
  readonly ports: boolean
  /** Holds when the network heard it. Without a time the order of two sessions is that of their arrival. */
  readonly times: boolean
  /** Names the session in which the number counts. */
  readonly sessions: boolean
  /** What it can say of the model: the name of a decoder, vendor and model, or nothing. */
  readonly names: 'decoder' | 'vendor and model' | 'nothing'
  /** Numbers begin again behind this one. Absent: behind 2^32 - 1. */
  readonly seqMax?: number
  readonly write: (uplink: WrittenUplink) => Json
}

export const isoOf = (ms: number): string => new Date(ms).toISOString()
export const base64 = (bytes: Uint8Array): string => bytes.toBase64()
/** `{ [name]: object }` where there is one. */
export const decodedAs = (name: string, decoded: Json | undefined): Json => (decoded ? { [name]: decoded } : {})

/** `name` for vendor and model, where both are known. */
export const namedAs = <T extends object>(
  model: WrittenModel | undefined,
  name: (vendor: string, id: string) => T,
): T | object => (model?.vendor === undefined || model.id === undefined ? {} : name(model.vendor, model.id))
