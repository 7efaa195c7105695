import { dayNumber } from '../../lib/utc-day.ts'
import { dayOf1970, flag, instant, orNull, text, whole } from '../column.ts'
import { type RowOf, replace, type SqlRowOf, table } from '../table.ts'

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

/** One stay, written when it ended. A stay that goes on is the device's state: occupied since `since`. */
export type SessionRow = Omit<RowOf<typeof session>, 'day'>

export function sessionOf(stored: SqlRowOf<typeof session>): SessionRow {
  const { day: _stored, ...row } = session.row(stored)
  return row
}

/** A stay is stored on the day of its departure or later, but for a clock that is a little fast. */
export const firstSessionDay = ({ departure }: Pick<SessionRow, 'departure'>): number => dayNumber(departure) - 1

export type SessionKey = Pick<SessionRow, 'device' | 'arrival' | 'departure'>
