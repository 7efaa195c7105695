/** Clock and presence of a reading on its way into the batch, and their effect on its device. */
import type { Instant } from '../../lib/brand.ts'
import type { Outcome } from '../dead-letter.ts'
import type { Tracked } from '../fleet.ts'
import type { HistoryFold } from '../folds.ts'
import type { PlacedReading } from '../undecided-frames.ts'

/** The device time where it is believed. */
export const clockOf = ({
  reading,
  time,
  doubted,
}: Pick<PlacedReading, 'reading' | 'time' | 'doubted'>): Instant | undefined =>
  reading.time === undefined || doubted ? undefined : time

/** By its distance too, where the layout has limits for its device: its row and its hash are of the reading as it came. */
export const presenceOf = (
  { device, reading }: Pick<PlacedReading, 'device' | 'reading'>,
  history: HistoryFold | undefined,
): boolean | null | undefined => (history?.seen(device.state, reading) ?? reading).measures.occupied

/** Its presence differs from the one that is known. */
export function contradicts(taken: PlacedReading, history: HistoryFold | undefined): boolean {
  const { device } = taken
  const occupied = presenceOf(taken, history)
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
