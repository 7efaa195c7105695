/** A frame that could not be used, as a row: its bytes, how it came, and why it is here. */
import type { Reading, Rejection } from '../domain/reading.ts'
import type { Uplink, UplinkHead } from '../domain/uplink.ts'
import type { DeadLetterRow } from '../store/store.ts'
import { bytesOf, type DecodedFrame, type DecodedRecord } from './decode-record.ts'

export type Outcome = 'committed' | 'duplicate' | 'quarantined'

/** How a frame ended for each sensor it speaks of, by external id. */
export type SensorFates = readonly (readonly [device: string, fate: Outcome])[]

/** Index of a reading row = frame index x this + reading index: a frame holds fewer readings (codecs/codec.ts). */
export const readingsPerFrame = 1_024

export const triedTooOften: Rejection = {
  code: 'too-many-readings',
  detail: `more readings of this frame were stored by other tries than the ${readingsPerFrame} a frame has room for`,
}

/** Kept with its bytes until the frames after it say what it is; no dead letter yet. */
export const undecidedAs: Rejection = {
  code: 'order-undecided',
  detail:
    'a restart of its sender, a repetition and a late frame look alike so far: the next frames decide; a sender that adds `boot` or its time leaves no doubt',
}

export const conflictOf = (reading: Reading): Rejection => ({
  code: 'sequence-conflict',
  detail: `device ${reading.device} sent another payload under sequence number ${reading.seq} before; the first is kept, this one waits here`,
})

/** What a dead letter's head holds beside how its frame came. */
export interface DeadLetterHead {
  /** The letter stands for its whole record, which was counted as so many frames. */
  readonly frames?: number
  /** For which sensors its frame was counted, when one of them was in conflict. */
  readonly sensors?: SensorFates
  /** Indexes of the frame that its readings have taken already: what is stored of it later comes behind them. */
  readonly stored?: number
}

/** The reason of a database may repeat a statement. */
const detailCharsMax = 4_000
/** A record may leave a letter for each of its frames, and each repeats how the record came: a long header row would fill the memory. */
const metaCharsMax = 2_000

function headOf(uplink: UplinkHead & Pick<Uplink, 'framing'>, more: DeadLetterHead): string {
  const { meta, ...rest } = uplink
  // A record that is one frame leaves one letter: the rule or the map that reads it is kept, however long.
  const isAlone = uplink.framing === 'whole'
  const chars = Object.values(meta ?? {}).reduce((sum, value) => sum + value.length, 0)
  const kept = isAlone || chars <= metaCharsMax ? meta : limitOf(meta)
  return JSON.stringify({ ...rest, ...(kept ? { meta: kept } : {}), ...more })
}

/** Of the token that the frame came with: without it another try would take the frame for a device of others. */
const limitOf = ({ devices }: NonNullable<UplinkHead['meta']> = {}) => (devices === undefined ? undefined : { devices })

export function deadLetter(
  { pos, uplink }: DecodedRecord,
  frame: DecodedFrame,
  rejection: Rejection,
  more: DeadLetterHead,
): DeadLetterRow {
  const { source, codec, arrivedAt, meta, time, framing } = uplink
  return {
    pos,
    idx: frame.idx,
    source,
    codec,
    arrived: arrivedAt,
    code: rejection.code,
    detail: rejection.detail.slice(0, detailCharsMax),
    head: headOf({ source, codec, framing, ...(meta ? { meta } : {}), ...(time ? { time } : {}) }, more),
    bytes: bytesOf(frame).slice(),
  }
}
