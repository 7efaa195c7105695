/** What a reading on its way into the batch says of itself and of its device. */
import type { Instant } from '../../lib/brand.ts'
import type { Outcome } from '../dead-letter.ts'
import type { Tracked } from '../fleet.ts'
import type { Taken } from '../undecided-frames.ts'

/** The device time where it is believed. */
export const clockOf = ({
  reading,
  time,
  doubted,
}: Pick<Taken, 'reading' | 'time' | 'doubted'>): Instant | undefined =>
  reading.time === undefined || doubted ? undefined : time

/** It says another presence than the one that is known. */
export function contradicts({ device, reading }: Taken): boolean {
  const { occupied } = reading.measures
  const known = device.order.held ? device.order.held.occupied : device.state.occupied
  return occupied !== undefined && known !== undefined && occupied !== known
}

/** The newest device time of the device. */
export function noteClock(taken: Taken) {
  const { order } = taken.device
  const clock = clockOf(taken)
  // O12: times that are not believed can be compared with none: the device has no clock until one in order is believed.
  if (clock === undefined) order.clock = taken.doubted ? null : order.clock
  else if (order.clock === null || clock > order.clock) order.clock = clock
}

/** It is stored already. */
export function duplicate({ state }: Tracked): Outcome {
  state.duplicates++
  return 'duplicate'
}
