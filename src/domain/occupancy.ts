/**
 * Occupancy: counts over bays. Unknown is never sold as free. A closed bay is no capacity: it is counted beside it, so the capacity is what is
 * free, occupied, reserved and unknown, here as in the history (folds/place-occupancy.ts).
 */

import { type BayState, bayStates } from '@baykeeper/contract/vocabulary.ts'

export interface Occupancy {
  /** Bays that are not closed. */
  readonly capacity: number
  readonly free: number
  readonly occupied: number
  readonly reserved: number
  readonly unknown: number
  readonly closed: number
  /** Of the capacity, bays whose state rests on a sensor that is heard; of the others nothing is known, or a person has set it. */
  readonly live: number
}

/** `counts`: of bays by their states, in the order of the states. */
export function occupancyOf(counts: ArrayLike<number>, live: number): Occupancy {
  const of = (state: BayState) => counts[bayStates.indexOf(state)] as number
  const [free, occupied, reserved, unknown] = [of('free'), of('occupied'), of('reserved'), of('unknown')]
  return {
    capacity: free + occupied + reserved + unknown,
    ...{ free, occupied, reserved, unknown, closed: of('closed'), live },
  }
}

/** Share of known, open bays that are taken, 0..1; undefined when none is known. */
export function occupancyRate(o: Occupancy): number | undefined {
  const known = o.free + o.occupied + o.reserved
  return known === 0 ? undefined : (o.occupied + o.reserved) / known
}

/** Share of the capacity that rests on sensors that are heard, 0..1; undefined where there is none. */
export const liveShare = ({ capacity, live }: Pick<Occupancy, 'capacity' | 'live'>): number | undefined =>
  capacity === 0 ? undefined : live / capacity
