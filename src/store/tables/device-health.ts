import { dayOf1970, orNull, real, whole } from '../column.ts'
import { greatest, least, type RowOf, table } from '../table.ts'

const measured = orNull(real)

export const deviceHealth = table('device_health', {
  key: {
    /** DeviceState.id */
    device: whole,
    day: dayOf1970,
  },
  merge: {
    minBatteryV: least(measured),
    minBatteryPct: least(measured),
    minTemperatureC: least(measured),
    maxTemperatureC: greatest(measured),
    minRssiDbm: least(measured),
  },
})

/** Extremes of a day of arrival: widened, never narrowed. Null is not measured. */
export type HealthRow = RowOf<typeof deviceHealth>
