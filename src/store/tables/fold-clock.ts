import { instant, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** Where the clock of the folds stands: the newest arrival or heartbeat that they have met. */
export const foldClock = table('fold_clock', {
  /** Of the sources and sites that one processor folds: 0, there is one. */
  key: { partition: { ...whole32, name: 'part' as const } },
  merge: { at: replace(instant) },
  since: 16,
})
