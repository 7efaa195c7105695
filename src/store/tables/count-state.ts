import { type CountState, countStates } from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, text, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** What count zones were, change by change (domain/folds/count-rows.ts): the newest row at or before a moment is the count at that moment. */
export const countState = table('count_state', {
  key: { site: text(128), level: text(128), zone: text(128), time: instant },
  merge: {
    state: replace(listed<CountState>(countStates)),
    capacity: replace(whole32),
    offset: replace({ ...whole32, name: 'places_offset' as const }),
    vehicles: replace(orNull(whole32)),
    low: replace({ ...orNull(whole32), name: 'vehicles_low' as const }),
    high: replace({ ...orNull(whole32), name: 'vehicles_high' as const }),
    mismatch: replace(whole32),
  },
  since: 27,
})
