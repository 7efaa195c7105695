import { instant, whole, whole32 } from '../column.ts'
import { add, mergedFields, type RowOf, table } from '../table.ts'

export const zoneCount = table('zone_count', {
  key: {
    /** DeviceState.id */
    device: whole,
    start: instant,
  },
  merge: {
    entries: add(whole),
    exits: add(whole),
    /** Times the counter started from 0. */
    resets: add(whole32),
  },
})

export const countSums = mergedFields(zoneCount)

/** Entries and exits in a quarter of an hour, from a counter that counts up; added to what is stored. */
export type CountDelta = RowOf<typeof zoneCount>
