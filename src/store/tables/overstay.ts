import { instant, orNull, text, whole32 } from '../column.ts'
import { type KeyOf, type RowOf, replace, table } from '../table.ts'

export const overstay = table('overstay', {
  key: { bay: text(128), arrival: instant },
  merge: {
    /** Of the rule that it broke. */
    maxStayMin: replace(whole32),
    graceMin: replace(whole32),
    begun: replace(instant),
    /** Departure; null: it goes on. */
    ended: replace(orNull(instant)),
    /** Counted time beyond the limit; null: it goes on. */
    minutes: replace(orNull(whole32)),
  },
  indexes: { overstay_ended: ['ended', 'bay', 'arrival'] },
  since: 18,
})

export type OverstayRow = RowOf<typeof overstay>
export type OverstayKey = KeyOf<typeof overstay>
