/** Occupancy: counts over bays, by level, zone and site. Unknown is never sold as free. */

import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from './device.ts'
import type { Bay } from './layout.ts'

/** State of a bay from the device that watches it. `undefined` device: nobody watches it. */
export function bayState(bay: Pick<Bay, 'closed'>, device: Pick<DeviceState, 'occupied'> | undefined): BayState {
  if (bay.closed) return 'closed'
  if (device?.occupied === true) return 'occupied'
  if (device?.occupied === false) return 'free'
  return 'unknown'
}

export interface Occupancy {
  readonly capacity: number
  readonly free: number
  readonly occupied: number
  readonly reserved: number
  readonly unknown: number
  readonly closed: number
}

export function countBays(states: Iterable<BayState>): Occupancy {
  const counts = { free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0 }
  let capacity = 0
  for (const state of states) {
    counts[state]++
    capacity++
  }
  return { capacity, ...counts }
}

/** Share of known, open bays that are taken, 0..1; undefined when none is known. */
export function occupancyRate(o: Occupancy): number | undefined {
  const known = o.free + o.occupied + o.reserved
  return known === 0 ? undefined : (o.occupied + o.reserved) / known
}
