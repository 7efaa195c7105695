/**
 * A history is the life of one emulated board and of the line behind it: what the board read and when (the truth), and which frames reached
 * the server, in which order, with what the transport knew about them. It is pure data: the truth is derived in `truth.ts`, the judgement in
 * `judge.ts`.
 */

/** Identity fields of the frames of a board: they decide how much a server can know. */
export const kinds = ['session', 'clock-number', 'clock', 'boot', 'number', 'neither'] as const
export type Kind = (typeof kinds)[number]
export type Transport = 'lorawan' | 'http' | 'mqtt' | 'tcp' | 'serial'

/** The part of a frame that the board wrote: equal in every copy of it. */
export interface Wire {
  readonly session?: string
  readonly boot?: string
  readonly seq?: number
  /** The clock of the device, ms since 1970. */
  readonly time?: number
  readonly occupied: boolean
  /** Makes two payloads with the same presence differ. */
  readonly batteryPct?: number
  readonly countIn?: number
}

export interface TrueReading {
  /** Which run of the board (or session) it belongs to, from 0. */
  readonly run: number
  /** Its number in that run before the counter wraps. */
  readonly number: number
  /** When it was really made. */
  readonly at: number
  readonly wire: Wire
}

export interface Delivery {
  /** Index in `readings`. */
  readonly reading: number
  readonly arrived: number
  /** Frames of one uplink (HTTP body, MQTT message, TCP chunk) share it; it rises along the history. */
  readonly record: number
  /** MQTT: the sender marked it as sent before. */
  readonly dup?: true
  /** TCP with acknowledgements: the connection it came by. */
  readonly connection?: number
  /** LoRaWAN: what the network adds; it may differ between two copies of one frame. */
  readonly network?: { readonly time: number; readonly rssi: number; readonly gateway: string }
}

export interface History {
  readonly seed: number
  readonly kind: Kind
  readonly transport: Transport
  /** The frames say enough: the server must get everything right. Otherwise it must only not be sure of what is wrong. */
  readonly fair: boolean
  /** The device clock is within the trust window of the server. */
  readonly clockTrusted: boolean
  /** Size of the counter; absent: it never wraps. */
  readonly width?: 8 | 16 | 32
  /** Injected faults, as text. */
  readonly traits: readonly string[]
  readonly readings: readonly TrueReading[]
  readonly deliveries: readonly Delivery[]
}

export const readingOf = (history: History, delivery: Delivery): TrueReading =>
  history.readings[delivery.reading] as TrueReading

/** Two readings with the same content cannot be distinguished. */
export const contentOf = ({ wire }: TrueReading): string => JSON.stringify(wire)

/** Deliveries grouped by uplink, each with the index of its first. */
export function recordsOf({ deliveries }: Pick<History, 'deliveries'>): (readonly [number, readonly Delivery[]])[] {
  const records: [number, Delivery[]][] = []
  for (const [i, delivery] of deliveries.entries()) {
    const last = records.at(-1)
    if (last?.[1][0]?.record === delivery.record) last[1].push(delivery)
    else records.push([i, [delivery]])
  }
  return records
}
