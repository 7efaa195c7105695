/**
 * Words of this house, defined once:
 * - *uplink*: bytes a source received in one go, with their provenance (source, arrival, how they are framed);
 * - *frame*: the unit of account: one line, MQTT message, datagram, CSV row, NDJSON line or JSON array element;
 * - *reading*: what a frame reports about one device at one time (see reading.ts);
 * - *bay*, *zone*, *level*, *site*: places (see layout.ts); *occupancy*: counts over places (see occupancy.ts);
 * - *dead letter*: a frame that could not be used, kept with its bytes; *ledger*: the outcome of every frame.
 *
 * An uplink is journaled before it is understood. Its encoding (format 1, little-endian):
 *   u8 format = 1 | u8 framing | u16 head length | head: JSON (source, codec, meta) | f64 arrivedAt ms | raw bytes
 */
import { type Instant, instant } from '../lib/brand.ts'
import { type Framing, framings } from '../lib/frames.ts'

export interface UplinkHead {
  /** Name of the source that received the bytes; part of every reading's identity. */
  readonly source: string
  /** Codec that understands the frames: `generic`, `lorawan`, ... */
  readonly codec: string
  /** What the transport knew beside the bytes: topic, query, columns, peer. Small and optional. */
  readonly meta?: Readonly<Record<string, string>>
  /** `trust`: the device's own time is taken unchecked (replay, history upload). */
  readonly time?: 'trust'
}

export interface Uplink extends UplinkHead {
  readonly framing: Framing
  readonly arrivedAt: Instant
  readonly bytes: Uint8Array
}

const formatVersion = 1
const fixedBytes = 4
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: false })

/** Longest head accepted, in bytes: the length field is a u16. */
export const uplinkHeadBytesMax = 65_535

/** Room for what intake adds to a head: the name of the source, and that its times are trusted. */
const addedBytesMax = 1_024
/** A character, written as \u0000. */
const charBytesMax = 6

interface HeadParts extends Pick<UplinkHead, 'codec'> {
  readonly source?: string
  readonly meta?: UplinkHead['meta']
}

/** Whether the head of an uplink can be encoded, also when intake has added its part. */
export function headFits({ source = '', codec, meta }: HeadParts): boolean {
  const room = uplinkHeadBytesMax - addedBytesMax
  let chars = source.length
  for (const name in meta ?? {}) chars += name.length + (meta?.[name] ?? '').length + 1
  // Nearly every head is short, and is written once only.
  if (chars * charBytesMax <= room) return true
  return encoder.encode(JSON.stringify({ source, codec, meta })).length <= room
}

/** Why an uplink is refused whose head does not fit. */
export const headTooLong = 'what came with the bytes (topic, names of columns) is too long'

/** Throws where the head does not fit. */
export function encodeUplink(uplink: Uplink): Uint8Array {
  const head = headBytes(uplink)
  const out = new Uint8Array(fixedBytes + head.length + 8 + uplink.bytes.length)
  const view = new DataView(out.buffer)
  view.setUint8(0, formatVersion)
  view.setUint8(1, framings.indexOf(uplink.framing))
  view.setUint16(2, head.length, true)
  out.set(head, fixedBytes)
  view.setFloat64(fixedBytes + head.length, uplink.arrivedAt, true)
  out.set(uplink.bytes, fixedBytes + head.length + 8)
  return out
}

/** Inverse of `encodeUplink`; `undefined` when the bytes are not an uplink of a known format. `bytes` is a view, not a copy. */
export function decodeUplink(record: Uint8Array): Uplink | undefined {
  if (record.length < fixedBytes + 8 || record[0] !== formatVersion) return undefined
  const framing = framings[record[1] as number]
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const headLength = view.getUint16(2, true)
  const timeAt = fixedBytes + headLength
  if (framing === undefined || timeAt + 8 > record.length) return undefined
  const head = parseHead(record.subarray(fixedBytes, timeAt))
  if (!head) return undefined
  return { ...head, framing, arrivedAt: instant(view.getFloat64(timeAt, true)), bytes: record.subarray(timeAt + 8) }
}

/** Heads repeat from record to record, one for each topic: those of a large site are kept on both sides. */
const headsKept = 4_096
const headCharsKept = 512
const headsWritten = new Map<string, Uint8Array>()
const headsRead = new Map<string, UplinkHead>()

function headBytes({ source, codec, meta, time }: Uplink): Uint8Array {
  const text = JSON.stringify({ source, codec, ...(meta && { meta }), ...(time && { time }) } satisfies UplinkHead)
  const known = headsWritten.get(text)
  if (known) return known
  const head = encoder.encode(text)
  if (head.length > uplinkHeadBytesMax) throw new RangeError(`uplink head of ${head.length} bytes exceeds 65,535`)
  keep(headsWritten, text, head)
  return head
}

/** Long ones, as of an abuser, are not worth their memory. */
function keep<T>(heads: Map<string, T>, text: string, head: T) {
  if (text.length > headCharsKept) return
  if (heads.size >= headsKept) heads.clear()
  heads.set(text, head)
}
function parseHead(bytes: Uint8Array): UplinkHead | undefined {
  const text = decoder.decode(bytes)
  const known = headsRead.get(text)
  if (known) return known
  try {
    const head = JSON.parse(text) as UplinkHead
    if (typeof head.source !== 'string' || typeof head.codec !== 'string') return undefined
    keep(headsRead, text, head)
    return head
  } catch {
    // No head: the caller keeps the whole record as a dead letter.
    return undefined
  }
}
