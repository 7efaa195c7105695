import { dayOf1970, named, whole } from '../column.ts'
import { type KeyOf, keep, type RowOf, replace, table } from '../table.ts'

export const gap = table('gap', {
  key: {
    /** DeviceState.id */
    device: whole,
    epoch: whole,
    to: named('to_seq', whole),
  },
  merge: {
    from: replace(named('from_seq', whole)),
    /** Day on which it was noticed. */
    day: keep(dayOf1970),
  },
  indexes: { gap_day: ['day', 'device', 'epoch', 'to_seq'] },
})

/** Numbers `from` to `to` of one device and epoch that never came. A gap is known by its end: a late frame moves or ends it. */
export type Gap = RowOf<typeof gap>
export type GapKey = KeyOf<typeof gap>
