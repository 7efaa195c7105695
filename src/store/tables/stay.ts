import { dayNumber } from '../../lib/utc-day.ts'
import { dayOf1970, flag, instant, orEmpty, orNull, text, whole, whole32 } from '../column.ts'
import { type RowOf, replace, type SqlRowOf, table } from '../table.ts'
import { session } from './session.ts'

export const stay = table('stay', {
  key: {
    /** Day of storing. */
    day: dayOf1970,
    /** Null: of a device that watches none and claims none. */
    bay: orEmpty(text(128)),
    departure: instant,
    arrival: instant,
    /** DeviceState.id of the device that reported the arrival; 0: none did. */
    device: whole,
  },
  merge: {
    /** False: the fields behind it say what is in doubt. */
    certain: replace(flag),
    /** How often it was corrected. */
    corrections: replace(whole32),
    /** Bound on the error of arrival and departure; null: none is known. */
    maxErrorMs: replace(orNull(whole)),
    /** Stays that may hide in it; null: not known. */
    hiddenMax: replace(orNull(whole)),
    /** Null: the bay had no rule. */
    overstayMin: replace(orNull(whole32)),
  },
  isByDay: true,
  since: 18,
})

/** One stay, written when it ended. */
export type SessionRow = Omit<RowOf<typeof stay>, 'day'> & {
  /** Departure less arrival; never negative. */
  readonly dwellMs: number
}
export type SessionKey = Pick<SessionRow, 'bay' | 'device' | 'arrival' | 'departure'>

export function stayOf(stored: SqlRowOf<typeof stay>): SessionRow {
  const { day: _stored, ...row } = stay.row(stored)
  return { ...row, dwellMs: row.departure - row.arrival }
}

/** Of the releases before this one: what was in doubt about a stay was not written down. */
export function earlierStayOf(stored: SqlRowOf<typeof session>): SessionRow {
  const { day: _stored, ...row } = session.row(stored)
  const { certain } = row
  return { ...row, corrections: 0, maxErrorMs: certain ? 0 : null, hiddenMax: null, overstayMin: null }
}

/** A stay is stored on the day of its departure or later, but for a clock that is a little fast. */
export const firstStayDay = ({ departure }: Pick<SessionRow, 'departure'>): number => dayNumber(departure) - 1
