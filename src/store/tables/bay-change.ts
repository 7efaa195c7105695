import { type BayCause, type BayState, bayCauses, bayStates } from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, text, whole, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** States of bays over time: the newest row at or before a moment is the state at that moment (domain/folds/bay-rows.ts). */
export const bayChange = table('bay_change', {
  key: { bay: text(128), time: instant },
  merge: {
    state: replace(listed<BayState>(bayStates)),
    cause: replace(listed<BayCause>(bayCauses)),
    flags: replace(whole32),
    /** DeviceState.id */
    device: replace(orNull(whole)),
    override: replace({ ...orNull(text(128)), name: 'override_id' as const }),
  },
  since: 16,
})
