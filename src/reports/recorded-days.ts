/**
 * Days whose stays are not recorded though their occupancy is: a history that was imported as occupancy alone, or the time before a server
 * recorded stays. No stay of such a day is no vehicle: it is unknown. Pure.
 *
 * What stands against a day is its occupancy: vehicles that left between two quarters of an hour have ended a stay.
 */

import type { Instant } from '../lib/brand.ts'
import { type DayNumber, dayMs } from '../lib/utc-day.ts'
import type { StayLength } from '../store/store.ts'
import type { DaySums } from './occupancy-book.ts'
import type { Period } from './period.ts'
import type { Scope } from './scope.ts'

/** A stay may go on over a short gap of its sensor, and end on the next day where its message is late: some stays are missing by rights. */
const recordedShareMin = 0.5

export const localDay = ({ date }: Pick<DaySums, 'date'>): DayNumber => Date.parse(date) / dayMs

/** Local days. Vehicles of count zones leave no stay: of a place that has such places the occupancy shows nothing of bays. */
export function unrecordedDays(
  { countedPlaces }: Pick<Scope, 'countedPlaces'>,
  days: readonly DaySums[],
  lengths: readonly StayLength[],
): ReadonlySet<DayNumber> {
  const unrecorded = new Set<DayNumber>()
  if (countedPlaces > 0) return unrecorded
  const stays = new Map<DayNumber, number>()
  for (const row of lengths) stays.set(row.day, (stays.get(row.day) ?? 0) + row.stays)
  let wasUnrecorded = false
  for (const { date, left } of days) {
    const day = localDay({ date })
    const ended = stays.get(day) ?? 0
    const lacks = ended < left * recordedShareMin
    // The day on which recording begins has stays of its last part only.
    if (lacks || (wasUnrecorded && left > 0)) unrecorded.add(day)
    wasUnrecorded = lacks
  }
  return unrecorded
}

/** Parts of a period that follow one another, without the unrecorded days. */
export function recordedTimes(
  days: readonly DaySums[],
  unrecorded: ReadonlySet<DayNumber>,
  { begin, end }: Pick<Period, 'begin' | 'end'>,
): readonly { readonly from: Instant; readonly to: Instant }[] {
  const times: { from: Instant; to: Instant }[] = []
  let from: Instant | undefined = begin
  for (const day of days) {
    const lacks = unrecorded.has(localDay(day))
    if (lacks && from !== undefined && day.begin > from) times.push({ from, to: day.begin })
    if (lacks) from = undefined
    else from ??= day.begin
  }
  if (from !== undefined && from < end) times.push({ from, to: end })
  return times
}
