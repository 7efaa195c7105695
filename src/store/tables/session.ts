import { dayOf1970, flag, instant, orNull, text, whole } from '../column.ts'
import { replace, table } from '../table.ts'

/** Stays that releases before the table `stay` have written, by device. Read, and forgotten with their days; never written. */
export const session = table('session', {
  key: {
    /** Day of storing. */
    day: dayOf1970,
    /** DeviceState.id */
    device: whole,
    departure: instant,
    arrival: instant,
  },
  merge: {
    /** Departure less arrival; never negative. */
    dwellMs: replace(whole),
    /** The bay that the device watched at its end. */
    bay: replace(orNull(text(128))),
    /** False when the sensor stopped knowing: the stay lasted at least so long. */
    certain: replace(flag),
  },
  isByDay: true,
})
