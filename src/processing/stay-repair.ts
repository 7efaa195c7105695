/** What a late reading makes of the stays around it: pure, from the readings of its device without it and with it. */
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import {
  type BayStay,
  type EndedStay,
  lose,
  occupiedBay,
  occupy,
  skip,
  unknownBay,
  vacate,
} from '../domain/bay-stay.ts'
import type { LateRepair } from '../domain/folds/late-repair.ts'
import { apartEpoch } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import type { ReadingRow, SessionKey, SessionRow } from '../store/store.ts'
import type { Tracked } from './fleet.ts'

export interface StayRepair {
  readonly gone: readonly SessionKey[]
  readonly added: readonly SessionRow[]
}

type Times = Pick<SessionRow, 'arrival' | 'departure'>
const timesOf = ({ arrival, departure }: Times) => `${arrival} ${departure}`

type Presence = Pick<ReadingRow, 'time' | 'epoch' | 'seq' | 'pos' | 'idx' | 'occupied'>

/** Order of a device's readings: by time, by number where the time is the same, then as they came. */
const byTime = (a: Presence, b: Presence) =>
  a.time - b.time || a.epoch - b.epoch || (a.seq ?? 0) - (b.seq ?? 0) || a.pos - b.pos || a.idx - b.idx

/** A late reading without a device time has the time of its arrival: when it was measured is not known. */
export const hasPlace = ({ epoch, quality, time, arrived }: ReadingRow) =>
  epoch !== apartEpoch && !((quality & qualityBits.late) !== 0 && time === arrived)

export interface Stay {
  readonly arrival: Instant
  readonly departure: Instant
  readonly certain: boolean
}

/** The stays that end within these rows, in any order; and the one that does not. */
export function staysIn(rows: readonly Presence[]): {
  readonly ended: readonly Stay[]
  readonly since: Instant | null
  readonly last: boolean | null | undefined
} {
  const ended: Stay[] = []
  let arrival: Instant | undefined
  let since: Instant | null = null
  let last: boolean | null | undefined
  for (const { time, occupied } of [...rows].sort(byTime)) {
    if (occupied === undefined || occupied === last) continue
    if (last === true && arrival !== undefined)
      ended.push({ arrival, departure: time, certain: occupied === false && time > arrival })
    arrival = occupied === true ? time : undefined
    since = time
    last = occupied
  }
  return { ended, since, last }
}

/** `is`: with the late reading, the last one. */
export interface Readings {
  readonly was: readonly ReadingRow[]
  readonly is: readonly ReadingRow[]
}

/** Of a device that watches no bay of the layout. */
export function repairOfDevice({ state }: Tracked, readings: Readings, bay: string | null): StayRepair {
  const [was, is] = [staysIn(readings.was), staysIn(readings.is)]
  const keyOf = (stay: Stay) => `${timesOf(stay)} ${stay.certain}`
  const [wasKeys, isKeys] = [new Set(was.ended.map(keyOf)), new Set(is.ended.map(keyOf))]
  const head = { device: state.id, bay }
  return {
    gone: was.ended.filter((stay) => !isKeys.has(keyOf(stay))).map((stay) => ({ ...stay, ...head })),
    added: is.ended
      .filter((stay) => !wasKeys.has(keyOf(stay)))
      .map((stay) => ({
        ...{ ...stay, ...head, dwellMs: stay.departure - stay.arrival, corrections: 1 },
        ...{ maxErrorMs: stay.certain ? 0 : null, hiddenMax: null, overstayMin: null },
      })),
  }
}

export interface BayRepair {
  readonly bay: string
  readonly late: LateRepair
  /** Of the bay, around the late readings. */
  readonly stays: readonly SessionRow[]
  /** The device watched the bay until then, and another one now. `isOnly`: no other device was assigned to the bay meanwhile. */
  readonly then?: { readonly until: Instant; readonly isOnly: boolean } | undefined
}

/**
 * Where the stays of the bay are those that the readings of this device made, they become those that its readings make now. Where somebody else
 * had a part in one, another device, a person or silence, it keeps its times and is not certain any more.
 */
export function repairOfBay(device: Tracked, readings: Readings, { bay, late, stays, then }: BayRepair): StayRepair {
  const { id, maxSeq } = device.state
  // Of a bay that was never known there may be none yet.
  const open = late.memoryOf(bay) ?? unknownBay()
  const isLate = (row: ReadingRow) => (row.quality & qualityBits.late) !== 0
  const make = (rows: readonly ReadingRow[]) => {
    const times = rows.filter(isLate).map(({ time }) => time)
    const made = bayStaysIn(rows, id, stays, open)
    for (const stay of [...made.ended, made.open])
      if (stay.arrival !== null) Object.assign(stay, { corrections: within(times, stay) })
    return made
  }
  const [was, is] = [make(readings.was), make(readings.is)]
  const isOnly = then?.isOnly ?? late.isOnly(bay, device.state)
  const fresh = readings.is.slice(readings.was.length).map(({ time }) => time)
  // Another device has reported of the bay since: what it has made of the stay that went on is not taken apart.
  const isTaken = then !== undefined && (open.lostAt === null || open.regained !== was.open.regained)
  const isMatched = isOnly && open.arrival === was.open.arrival && !isTaken
  if (isMatched && then) late.correctFormer(bay, was.open, is.open, then.until)
  else if (isMatched) late.correct(bay, was.open, is.open)
  else if (open.arrival !== null) late.doubt(bay, within(fresh, { arrival: open.arrival }))
  const keyOf = (stay: EndedStay) => `${timesOf(stay)} ${stay.maxErrorMs} ${stay.hidden} ${stay.corrections}`
  const [wasKeys, isKeys] = [new Set(was.ended.map(keyOf)), new Set(is.ended.map(keyOf))]
  const stored = new Map(stays.map((stay) => [timesOf(stay), stay]))
  const known = new Set(was.ended.map(timesOf))
  const gone: SessionRow[] = []
  const added: SessionRow[] = []
  const changes = [
    ...was.ended.filter((stay) => !isKeys.has(keyOf(stay))).map((stay) => ({ stay, isGone: true })),
    ...is.ended.filter((stay) => !wasKeys.has(keyOf(stay))).map((stay) => ({ stay, isGone: false })),
  ]
  const repaired = new Set<SessionRow>()
  const goesOn = isTaken && open.arrival !== null && open.arrival < then.until
  for (const group of isOnly && !goesOn ? overlapping(changes) : []) {
    const ended = group.flatMap(({ stay, isGone }) => (isGone ? [stored.get(timesOf(stay))] : []))
    const [from, to] = spanOf(group.map(({ stay }) => stay))
    const isOthers = stays.some((stay) => stay.arrival < to && stay.departure > from && !known.has(timesOf(stay)))
    if (isOthers || !ended.every((stay) => stay !== undefined)) continue
    late.withdraw(bay, ended)
    gone.push(...ended)
    for (const stay of ended) repaired.add(stay)
    for (const { stay, isGone } of group) if (!isGone) added.push(late.restated(bay, stay, maxSeq !== null))
  }
  const unended = then && isOnly && isTaken && !goesOn ? unendedStay(was.open, is.open, then.until) : undefined
  if (unended && !stays.some((stay) => stay.arrival < unended.departure && stay.departure > unended.arrival))
    added.push(late.restated(bay, unended, maxSeq !== null))
  for (const stay of stays) {
    const corrections = repaired.has(stay) || (isOnly && known.has(timesOf(stay))) ? 0 : within(fresh, stay)
    if (corrections === 0) continue
    gone.push(stay)
    added.push({ ...stay, certain: false, corrections: stay.corrections + corrections, maxErrorMs: null })
  }
  return { gone, added }
}

/** A stay that came to light, of a bay whose device was moved while it went on: when it ended is not known. */
function unendedStay(was: BayStay, { arrival, device, hidden, corrections }: BayStay, until: Instant) {
  if (was.arrival !== null || arrival === null) return undefined
  return { device, arrival, departure: until, maxErrorMs: null, hidden, corrections }
}

/** How many of these times lie in the stay. */
const within = (times: readonly Instant[], { arrival, departure }: { arrival: Instant | null; departure?: Instant }) =>
  times.filter((time) => time >= (arrival ?? time) && time <= (departure ?? time)).length

interface Change {
  readonly stay: EndedStay
  readonly isGone: boolean
}

/** Groups of changes whose stays overlap. */
function overlapping(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  let until = Number.NEGATIVE_INFINITY
  for (const change of changes.toSorted((a, b) => a.stay.arrival - b.stay.arrival)) {
    if (change.stay.arrival >= until) groups.push([])
    groups.at(-1)?.push(change)
    until = Math.max(until, change.stay.departure)
  }
  return groups
}

const spanOf = (stays: readonly Times[]): readonly [from: number, to: number] => [
  Math.min(...stays.map(({ arrival }) => arrival)),
  Math.max(...stays.map(({ departure }) => departure)),
]

/** The stays of a bay by the readings of one device; `stays` and `open` tell since when it was taken before the first of them. */
export function bayStaysIn(
  rows: readonly Presence[],
  device: number,
  stays: readonly SessionRow[] = [],
  open?: Readonly<BayStay>,
): { readonly ended: readonly EndedStay[]; readonly open: BayStay } {
  const sorted = rows.toSorted(byTime)
  const first = sorted.find(({ occupied }) => occupied !== undefined)
  const memory = memoryBefore(first, stays, open)
  const ended: EndedStay[] = []
  let last: Presence | undefined
  for (const row of sorted) {
    const { time, occupied } = row
    const numbers = skippedBetween(last, row)
    const after = numbers === 0 ? null : (last?.time ?? null)
    if (numbers !== 0) skip(memory, numbers, occupied === false)
    if (row.seq !== null || last === undefined) last = row
    if (occupied === undefined) continue
    if (occupied === null) lose(memory, time, false)
    else if (occupied) occupy(memory, { time, after, device })
    else {
      const stay = vacate(memory, { time, after })
      if (stay) ended.push(stay)
    }
  }
  return { ended, open: memory }
}

function memoryBefore(first: Presence | undefined, stays: readonly SessionRow[], open: Readonly<BayStay> | undefined) {
  if (first?.occupied !== true) return unknownBay()
  const stay = stays.find(({ arrival, departure }) => arrival <= first.time && first.time < departure)
  if (stay) return { ...occupiedBay(stay.arrival, stay.device), arrivalErrorMs: stay.maxErrorMs }
  if (open && open.arrival !== null && open.arrival <= first.time)
    return { ...occupiedBay(open.arrival, open.device), arrivalErrorMs: open.arrivalErrorMs }
  return unknownBay()
}

/** Numbers missing between two readings; null: another boot, not known how many. */
function skippedBetween(last: Presence | undefined, { epoch, seq }: Presence): number | null {
  if (!last || seq === null || last.seq === null) return 0
  return last.epoch === epoch ? Math.max(0, seq - last.seq - 1) : null
}
