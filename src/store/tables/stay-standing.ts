import { flag, instant, orNull, text, whole, whole32 } from '../column.ts'
import { type KeyOf, type RowOf, replace, table } from '../table.ts'

export const stayStanding = table('stay_standing', {
  key: { bay: text(128) },
  merge: {
    arrival: replace(orNull(instant)),
    /** DeviceState.id; 0: none. */
    device: replace(whole),
    lostAt: replace(orNull(instant)),
    isUnheard: replace(flag),
    arrivalErrorMs: replace(orNull(whole)),
    lostFirst: replace(orNull(instant)),
    regained: replace(orNull(instant)),
    hidden: replace(orNull(whole)),
    corrections: replace(whole32),
    notBefore: replace(orNull(instant)),
  },
  since: 18,
})

/** What is remembered of a bay (domain/bay-stay.ts), where it does not follow from its one device. */
export type StandingRow = RowOf<typeof stayStanding>
export type StandingKey = KeyOf<typeof stayStanding>
