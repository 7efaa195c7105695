import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { BayOverride } from '../../domain/desk-change.ts'
import { instant, listed, orNull, text, texts, whole } from '../column.ts'
import { keep, replace, table } from '../table.ts'

/** States of bays that people set, in the commit of the journal record that sets them. */
export const bayOverride = table('bay_override', {
  key: { id: text(128) },
  merge: {
    /** Of its record; of two in force for a bay the higher one counts. */
    pos: keep(whole),
    bays: keep(texts),
    state: keep(listed<BayOverride['state']>(bayStates)),
    from: replace({ ...instant, name: 'begins' as const }),
    /** Null: until a person ends it. */
    until: keep({ ...orNull(instant), name: 'expires' as const }),
    author: keep(text(128)),
    reason: keep(text(512)),
    occasion: keep(orNull(text(200))),
    /** Null while it is in force or planned. */
    endedAt: replace(orNull(instant)),
    /** Null: it has expired, or has not ended. */
    endedBy: replace(orNull(text(128))),
  },
  indexes: { bay_override_ended: ['ended_at'] },
  hasRowid: true,
  since: 16,
})
