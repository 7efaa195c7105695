/**
 * One journal record to decoded frames. Every frame the record was counted for comes out exactly once: with readings, or with the
 * reason why not. A record that cannot be split as it was counted is answered for as a whole.
 */
import type { Codec } from '../codecs/codec.ts'
import type { Reading, Rejection } from '../domain/reading.ts'
import { decodeUplink, type Uplink } from '../domain/uplink.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { instant } from '../lib/brand.ts'
import { frameSpans, hasHeader, headerRow } from '../lib/frames.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import { withinDevices } from './device-limit.ts'

export interface DecodedFrame {
  readonly idx: number
  /** Where its bytes lie; `bytesOf` gives them. A separate view for each would cost as much as decoding it. */
  readonly within: Uint8Array
  readonly from: number
  readonly to: number
  readonly result: Result<readonly Reading[], Rejection>
}

export const bytesOf = ({ within, from, to }: DecodedFrame): Uint8Array => within.subarray(from, to)

export interface DecodedRecord {
  readonly pos: number
  readonly uplink: Uplink
  /** Frames the journal counted for this record. */
  readonly counted: number
  /** How many frames it comes out as: `counted`, unless it is answered for as a `whole`. */
  readonly length: number
  /** Decoded when it is asked for: readings that wait for their turn are copied by every collection of garbage meanwhile. */
  frame(i: number): DecodedFrame
  /** The record is answered for as a whole: its one frame stands for all that were counted. */
  readonly whole?: true
}

/** All of them at once, to be held on to. */
export const framesOf = (record: DecodedRecord): DecodedFrame[] =>
  Array.from({ length: record.length }, (_, i) => record.frame(i))

/** By the name a source gave it; what is configured for the source may be another. */
export type CodecOf = (name: string, source: string) => Codec | undefined

const noMeta: Readonly<Record<string, string>> = {}

/** `base` raises the record's number to its position in the store (Cursor.base). */
export function decodeRecord(stored: StoredRecord, codecOf: CodecOf, base: number): DecodedRecord {
  const record = { ...stored, number: stored.number + base }
  const uplink = decodeUplink(record.bytes)
  if (!uplink)
    return asWhole(record, unreadable(record), {
      code: 'unknown-format',
      detail:
        'the journal record is not an uplink of a known format; a later release may read it: requeue it after upgrading',
    })
  return splitUplink(record, uplink, codecOf)
}

/** A bug of the decoder is a result too: the record is kept whole, and the next one is decoded. */
export function decodeAnyRecord(stored: StoredRecord, codecOf: CodecOf, base: number): DecodedRecord {
  try {
    return decodeRecord(stored, codecOf, base)
  } catch (fault) {
    const record = { ...stored, number: stored.number + base }
    return asWhole(record, unreadable(record), {
      code: 'unknown-format',
      detail: `the journal record cannot be decoded (${String(fault)}); report this, and requeue it after upgrading`,
    })
  }
}

/** The frames of an uplink of which intake counted so many. */
export function splitUplink(
  record: { readonly number: number; readonly frames: number },
  uplink: Uplink,
  codecOf: CodecOf,
): DecodedRecord {
  const codec = codecOf(uplink.codec, uplink.source)
  if (!codec)
    return asWhole(record, uplink, {
      code: 'unknown-format',
      detail: `no codec named "${uplink.codec}" in this release; set codecs: { ${uplink.source}: NAME } in the configuration to one that exists and requeue`,
    })
  const spans = frameSpans(uplink.framing, uplink.bytes)
  if (spans.length / 2 !== record.frames)
    return asWhole(record, uplink, {
      code: 'unknown-format',
      detail: `the record was counted as ${record.frames} frames at intake and splits into ${spans.length / 2} now`,
    })
  const meta = hasHeader(uplink.framing)
    ? { ...uplink.meta, columns: headerRow(uplink.bytes, uplink.framing) }
    : (uplink.meta ?? noMeta)
  const context = { arrivedAt: uplink.arrivedAt, meta }
  const within = uplink.bytes
  return {
    ...{ pos: record.number, uplink: { ...uplink, meta }, counted: record.frames, length: record.frames },
    frame(i) {
      const from = spans[2 * i] as number
      const to = spans[2 * i + 1] as number
      const quick = codec.quick?.(within, from, to, context)
      const result = quick ? ok([quick]) : codec.decode(within.subarray(from, to), context)
      return { idx: i, within, from, to, result: withinDevices(result, meta) }
    },
  }
}

export const wholeFrame = (idx: number, bytes: Uint8Array, result: DecodedFrame['result']): DecodedFrame => ({
  ...{ idx, within: bytes, from: 0, to: bytes.length, result },
})

function unreadable(record: StoredRecord): Uplink {
  return { source: 'unknown', codec: 'unknown', framing: 'whole', arrivedAt: instant(0), bytes: record.bytes }
}

function asWhole(
  record: { readonly number: number; readonly frames: number },
  uplink: Uplink,
  rejection: Rejection,
): DecodedRecord {
  const only = wholeFrame(0, uplink.bytes, fail(rejection))
  const length = Math.min(1, record.frames)
  return { pos: record.number, uplink, counted: record.frames, length, frame: () => only, whole: true }
}
