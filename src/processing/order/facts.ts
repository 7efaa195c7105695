/** The facts of a frame that decide its place in the order of its device. */
import { visitorOf } from '../../domain/measure-code.ts'
import { type Measure, measures } from '../../domain/measures.ts'
import type { Reading } from '../../domain/reading.ts'
import type { Uplink } from '../../domain/uplink.ts'
import { hash48, type RunningHash, startHash } from '../../lib/hash.ts'

/** The last frame that waits. `mayBeOfBefore`: all that wait equal the boot before. */
export interface Behind {
  readonly seq: number
  readonly mayBeOfBefore: boolean
}

export interface Facts {
  readonly seq: number | undefined
  /** Boot or network session that the number counts in. */
  readonly name: string | undefined
  readonly isSession: boolean
  /** Device time, or network time, that is believed; undefined when there is none. */
  readonly clock: number | undefined
  /** Device time or network time, else the time of arrival. */
  readonly time: number
  /** Undefined where the device time is taken unchecked. */
  readonly arrived: number | undefined
  readonly hash: number
  readonly isRestart: boolean
  /** Evidence of the transport (docs/specs/ordering.md, O1). */
  readonly isDup: boolean
  readonly isWholeBody: boolean
  readonly connection: string | undefined
  /** What the frame before it is, where that waits or is of a recognised repetition. */
  readonly behind: Behind | undefined
}

const laterMeasures = measures.filter(({ since, radio }) => since !== undefined && !radio)
const visitLater = visitorOf(laterMeasures.map(({ key }) => key))
const hashLater = (hash: RunningHash, index: number, value: number) => {
  hash.text((laterMeasures[index] as Measure).name)
  hash.number(value)
}

/**
 * Payload as it is compared between two frames with one identity: what was measured and when, not how the radio heard it or what the
 * network stamped (a network repeats one uplink with other gateways and times), and not how it was spelled (JSON or CSV).
 */
export function payloadHash({ time, timeSource, bay, kind, measures: m }: Reading): number {
  const hash = startHash()
  hash.number(timeSource === 'network' ? undefined : time)
  hash.number(m.occupied === undefined ? undefined : m.occupied === null ? 2 : Number(m.occupied))
  hash.number(m.distanceMm)
  hash.number(m.countIn)
  hash.number(m.countOut)
  hash.number(m.batteryV)
  hash.number(m.batteryPct)
  hash.number(m.batteryLow === undefined ? undefined : Number(m.batteryLow))
  hash.number(m.temperatureC)
  hash.text(bay)
  hash.text(kind)
  // Those that came later count only where they are: what was hashed before they were known keeps its hash.
  visitLater(m, hash, hashLater)
  return hash.end()
}

/** Name of the boot or session; the first letter keeps the kinds apart. */
export function nameOf({ session, boot, epoch, timeSource, seq }: Reading): string | undefined {
  if (session !== undefined) return `s${session}`
  if (boot !== undefined) return `b${boot}`
  if (epoch !== undefined) return `e${epoch}`
  return timeSource === 'network' && seq !== undefined ? 's' : undefined
}

/** Names get numbers far above those that are counted up, always the same for the same name. */
const namedFrom = 2 ** 50

/** Epoch under which the first numbers of a named boot or session are stored. */
export const epochOfName = (name: string): number =>
  name.startsWith('e') ? Number(name.slice(1)) : namedFrom + hash48(name)
export const isNamedEpoch = (epoch: number) => epoch >= namedFrom

export function factsOf(
  reading: Reading,
  { meta, arrivedAt, time: policy }: Uplink,
  { time, doubted, hash }: { readonly time: number; readonly doubted: boolean; readonly hash: number },
  behind: Behind | undefined,
): Facts {
  const name = nameOf(reading)
  return {
    seq: reading.seq,
    name,
    isSession: name?.startsWith('s') === true,
    clock: reading.time === undefined || doubted ? undefined : time,
    time,
    arrived: policy === 'trust' ? undefined : arrivedAt,
    hash,
    isRestart: reading.kind === 'restart',
    isDup: meta?.['dup'] === '1',
    isWholeBody: meta?.['body'] === '1',
    connection: meta?.['conn'],
    behind,
  }
}
