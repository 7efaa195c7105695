/** Clock and presence of a reading on its way into the batch, and their effect on its device. */
import type { Instant } from '../../lib/brand.ts'
import type { Outcome } from '../dead-letter.ts'
import type { Tracked } from '../fleet.ts'
import type { PlacedReading } from '../undecided-frames.ts'

/** The device time where it is believed. */
export const clockOf = ({
  reading,
  time,
  doubted,
}: Pick<PlacedReading, 'reading' | 'time' | 'doubted'>): Instant | undefined =>
  reading.time === undefined || doubted ? undefined : time

/** Its presence differs from the one that is known. */
export function contradicts({ device, reading }: PlacedReading): boolean {
  const { occupied } = reading.measures
  const known = device.order.held ? device.order.held.occupied : device.state.occupied
  return occupied !== undefined && known !== undefined && occupied !== known
}

/** The newest device time of the device. */
export function noteClock(taken: PlacedReading) {
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
