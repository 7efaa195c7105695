import { type BayCause, type BayState, bayCauses, bayStates } from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, prose, text, whole, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** The state of each bay that there ever was, as the bay fold has it (domain/folds/bay-rows.ts). */
export const bayState = table('bay_state', {
  key: { bay: text(128) },
  merge: {
    state: replace(listed<BayState>(bayStates)),
    since: replace(orNull(instant)),
    cause: replace(listed<BayCause>(bayCauses)),
    flags: replace(whole32),
    /** DeviceState.id of the sensor that it rests on. */
    device: replace(orNull(whole)),
    /** Id of the override that it rests on. */
    override: replace({ ...orNull(text(128)), name: 'override_id' as const }),
    changed: replace(orNull(instant)),
    patterns: replace(prose),
    rev: replace(whole),
  },
  indexes: { bay_state_rev: ['rev'] },
  since: 16,
})
