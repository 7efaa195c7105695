import { type CountChange, countChanges } from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, text, whole, whole32 } from '../column.ts'
import { add, keep, table } from '../table.ts'

/** The trail of count zones: recounts, resets, and what their limits cut off (domain/folds/count-rows.ts). */
export const countChange = table('count_change', {
  key: {
    site: text(128),
    level: text(128),
    zone: text(128),
    time: instant,
    change: { ...listed<CountChange>(countChanges), name: 'kind' as const },
    /** Of the recount. */
    id: text(128),
  },
  merge: {
    vehicles: keep(whole32),
    before: keep({ ...orNull(whole32), name: 'vehicles_before' as const }),
    traffic: keep(whole),
    cut: add(whole),
    author: keep(orNull(text(128))),
    reason: keep(text(512)),
  },
  indexes: { count_change_id: ['id'] },
  since: 19,
})
