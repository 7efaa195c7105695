import { dayOf1970, whole } from '../column.ts'
import { add, mergedFields, type RowOf, table } from '../table.ts'

export const sensorDay = table('sensor_day', {
  key: {
    day: dayOf1970,
    /** DeviceState.id */
    device: whole,
  },
  merge: {
    committed: add(whole),
    duplicate: add(whole),
    quarantined: add(whole),
    /** Missing numbers noticed on this day; a late frame takes one away from the day it was noticed on. */
    lost: add(whole),
    /** Rows stored: what a recount of the readings has to find. */
    readings: add(whole),
  },
  indexes: { sensor_day_device: ['device', 'day'] },
})

export const sensorDaySums = mergedFields(sensorDay)

/**
 * What happened to frames of one sensor on one day of arrival. A frame counts once for each sensor it names, by how it ended for that
 * sensor; frames that could not be decoded name no sensor.
 */
export type SensorDayDelta = RowOf<typeof sensorDay>
