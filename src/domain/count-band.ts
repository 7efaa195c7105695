/**
 * How far a count can be trusted: its band, what that is worth, and what the places of a count zone that have no bay add to occupancy.
 * The rules and their figures: docs/specs/counts.md.
 */
import type { BayState, CountState } from '@baykeeper/contract/vocabulary.ts'

/** Whole vehicles, both ends included. */
export interface Band {
  readonly low: number
  readonly high: number
}

/** What recounts have shown so far: differences, and the vehicles that were counted between them. Older ones weigh less. */
export interface Drift {
  readonly errors: number
  readonly traffic: number
}

/** Before there are recounts: one vehicle in a hundred, as sure as 200 counted vehicles make it. */
const prior: Drift = { errors: 2, traffic: 200 }
/** How much what was learnt weighs after each further recount. */
const keeps = 0.9
/** Standard deviations on top of the mean. */
const deviations = 2

export const learnt = ({ errors, traffic }: Drift, difference: number, counted: number): Drift => ({
  errors: errors * keeps + Math.abs(difference),
  traffic: traffic * keeps + counted,
})

/**
 * By how many vehicles a count may be off after so much traffic: miscounts come at a steady rate, which is itself known only as well as recounts
 * have shown it (a Poisson rate with a gamma distribution).
 */
export function driftAfter({ errors, traffic }: Drift, counted: number): number {
  const seen = prior.errors + errors
  const mean = (seen / (prior.traffic + traffic)) * counted
  return Math.ceil(mean + deviations * Math.sqrt(mean + mean ** 2 / seen))
}

export interface Counted {
  readonly vehicles: number
  /** Vehicles counted since it was set. */
  readonly traffic: number
  readonly drift: Drift
  /** Vehicles that may be counted and not there, or there and not counted, for reasons that are known. */
  readonly slackLow: number
  readonly slackHigh: number
}

const within = (value: number, most: number) => Math.min(most, Math.max(0, value))

export function bandOf({ vehicles, traffic, drift, slackLow, slackHigh }: Counted, capacity: number): Band {
  const drifted = driftAfter(drift, traffic)
  return {
    low: within(vehicles - drifted - slackLow, capacity),
    high: within(vehicles + drifted + slackHigh, capacity),
  }
}

/** A band that holds every number there can be shows nothing, and one wider than a fifth of the places is of no use to a driver. */
export const isUseful = ({ low, high }: Band, capacity: number): boolean =>
  high - low < capacity && high - low <= Math.max(2, Math.floor(capacity / 5))

/** Places that are taken: with what stands there and never passes a gate. */
export const withOffset = ({ low, high }: Band, offset: number, capacity: number): Band => ({
  low: within(low + offset, capacity),
  high: within(high + offset, capacity),
})

/** Bays of a zone by their states. */
export type BayTally = Record<BayState, number>
export const noBays = (): BayTally => ({ free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0 })
const baysIn = (bays: BayTally) => bays.free + bays.occupied + bays.reserved + bays.unknown + bays.closed

/** Vehicles in the bays of a zone: a bay that is not known, reserved or closed may hold one. */
const parkedIn = (bays: BayTally): Band => ({ low: bays.occupied, high: baysIn(bays) - bays.free })

/**
 * The places of a count zone that have no bay: its bays count for themselves, so that no place counts twice. What the band leaves open is not
 * known, and is neither free nor taken. `taken`: undefined when the count is not known.
 */
export function uncovered(taken: Band | undefined, bays: BayTally, capacity: number) {
  const places = Math.max(0, capacity - baysIn(bays))
  if (!taken || places === 0) return { capacity: places, occupied: 0, known: 0 }
  const parked = parkedIn(bays)
  const low = within(taken.low - parked.high, places)
  const high = within(taken.high - parked.low, places)
  return { capacity: places, occupied: low, known: places - (high - low) }
}

/** Vehicles between a gate and a bay are counted and not parked yet, or the other way round. */
const underWay = (capacity: number) => Math.max(2, Math.ceil(capacity / 50))

/** By how many vehicles count and bays contradict each other, above 0 when more are counted; 0: they do not. */
export function mismatchOf(taken: Band | undefined, bays: BayTally, capacity: number): number {
  const bayCount = baysIn(bays)
  if (!taken || bayCount === 0) return 0
  const parked = parkedIn(bays)
  const most = parked.high + Math.max(0, capacity - bayCount)
  const margin = underWay(capacity)
  if (taken.low > most + margin) return taken.low - most
  if (taken.high < parked.low - margin) return taken.high - parked.low
  return 0
}

/** Of a count that was set. `isHeard`: every gate counts. One that the bays contradict is wrong, or they are: either way it is of no use. */
export function countStateOf(
  { isHeard, mismatch }: { readonly isHeard: boolean; readonly mismatch: number },
  taken: Band,
  capacity: number,
): CountState {
  if (!isHeard) return 'stale'
  return mismatch === 0 && isUseful(taken, capacity) ? 'known' : 'uncertain'
}
