/** A sign as its fold holds it: what it counts, what that asks it to show, and when it may show that. */
import type { BayState, SignReason, SignShow } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { Sign } from '../sign.ts'
import type { Weight } from './fold.ts'
import type { SignRow } from './sign-rows.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Places of a sign, added up. */
export interface SignTally {
  /** Bays, closed ones included, and places of count zones without a bay. */
  places: number
  capacity: number
  /** Places of a known count zone are known as a whole: what its band leaves open is in `open`. */
  known: number
  free: number
  open: number
}

export const noPlaces = (): SignTally => ({ places: 0, capacity: 0, known: 0, free: 0, open: 0 })

export interface SignSlot {
  readonly row: Writable<SignRow>
  tally: SignTally
  /** A place that it names is not in the layout. */
  isMissing: boolean
  /** When it is looked at again, and the earliest entry of it that is queued; infinity: when something changes, and none. */
  dueAt: number
  queuedAt: number
  /** Number of the newest event that was counted: a bay of several of its places counts once. */
  metAt: number
  isDirty: boolean
}

/** What a bay adds to a sign. Unknown is never free, and a closed bay is no place. */
export const tallyOfBay: Readonly<Record<BayState, SignTally>> = {
  free: { places: 1, capacity: 1, known: 1, free: 1, open: 0 },
  occupied: { places: 1, capacity: 1, known: 1, free: 0, open: 0 },
  reserved: { places: 1, capacity: 1, known: 1, free: 0, open: 0 },
  unknown: { places: 1, capacity: 1, known: 0, free: 0, open: 0 },
  closed: { places: 1, capacity: 0, known: 0, free: 0, open: 0 },
}

/** What the places of a count zone without a bay add: of its band the worst is taken as free. A band of all its places is no count. */
export function tallyOfCount({ capacity, known, occupied }: Weight, isKnown: boolean): SignTally {
  if (!isKnown || known === 0) return { places: capacity, capacity, known: 0, free: 0, open: 0 }
  return { places: capacity, capacity, known: capacity, free: known - occupied, open: capacity - known }
}

export function addTally(to: SignTally, by: SignTally, sign: 1 | -1 = 1) {
  to.places += sign * by.places
  to.capacity += sign * by.capacity
  to.known += sign * by.known
  to.free += sign * by.free
  to.open += sign * by.open
}

export const newSignSlot = (row: SignRow): SignSlot => ({
  ...{ row: { ...row }, tally: noPlaces(), isMissing: false, isDirty: false, metAt: 0 },
  ...{ dueAt: Number.POSITIVE_INFINITY, queuedAt: Number.POSITIVE_INFINITY },
})

export interface SignTarget {
  readonly show: SignShow
  readonly value: number | null
  readonly reason: SignReason
  readonly isFull: boolean
}

/** Places that bands may leave open where the sign does not set it: the share of its capacity that a known count may (docs/specs/counts.md). */
const openMax = (capacity: number) => Math.max(2, capacity / 5)

/** Why what is counted cannot be trusted; undefined: it can. */
function doubtOf({ trust }: Sign, { isMissing, tally }: SignSlot): SignReason | undefined {
  if (isMissing) return 'place-missing'
  if (tally.places === 0) return 'nothing-counted'
  if (tally.capacity > 0 && tally.known < trust.coverage * tally.capacity) return 'coverage'
  // Also where any share is allowed: no number follows from nothing known.
  if (tally.capacity > 0 && tally.known === 0) return 'coverage'
  return tally.open > (trust.band ?? openMax(tally.capacity)) ? 'band' : undefined
}

/** What the sign should show now. `sign`: of the row. */
export function targetOf(slot: SignSlot, sign: Sign): SignTarget {
  const { row, tally } = slot
  const { isFull } = row
  const doubt = doubtOf(sign, slot)
  const judged = doubt ? undefined : judge(sign, tally, isFull)
  const full = judged?.isFull ?? isFull
  if (row.mode !== 'auto') return { show: row.mode, value: null, reason: 'mode', isFull: full }
  return judged ?? { show: 'blank', value: null, reason: doubt ?? 'coverage', isFull }
}

function judge({ offset, floor, hysteresis, max }: Sign, { free, capacity }: SignTally, wasFull: boolean): SignTarget {
  if (capacity === 0) return { show: 'closed', value: null, reason: 'all-closed', isFull: wasFull }
  // An offset makes no place free, and none beyond those there are.
  const value = free === 0 ? 0 : Math.min(max, capacity, Math.max(0, free + offset))
  if (value < floor) return { show: 'full', value: null, reason: 'below-floor', isFull: true }
  if (wasFull && value < floor + hysteresis) return { show: 'full', value: null, reason: 'hysteresis', isFull: true }
  return { show: 'number', value, reason: 'counted', isFull: false }
}

/** More places than before, or places where none were shown. Everything else is shown at once: too many places do more harm than a change. */
export const isRise = ({ row }: SignSlot, { show, value }: SignTarget): boolean =>
  show === 'number' && !(row.show === 'number' && (value ?? 0) < (row.value ?? 0))

/** From when on it may show that: rises are `minChangeS` apart, so that a sign does not flicker. */
export const allowedAt = (slot: SignSlot, { minChangeS }: Sign, target: SignTarget): number =>
  isRise(slot, target) ? slot.row.risenAt + minChangeS * 1_000 : Number.NEGATIVE_INFINITY

/** Driver and history see the same: another reason alone is no change of what is shown. */
export const looksSame = ({ row }: SignSlot, { show, value }: SignTarget): boolean =>
  row.show === show && row.value === value

export const newSignRow = (id: string, at: Instant): SignRow => ({
  ...{ id, sign: null, author: '', setAt: at, mode: 'auto', modeUntil: null, modeAuthor: null, modeReason: '' },
  ...{ show: 'blank', value: null, reason: 'starting', since: at, risenAt: instant(0), isFull: false },
  ...{ capacity: 0, known: 0, free: 0, open: 0, changes: 0, rev: 0 },
})
