/** What stands beside the frames of a batch: what intake said in its checkpoints, and the records that could not be read back. */

import type { Damage } from '../journal/journal.ts'
import { damagedDirectory } from '../journal/testing/damaged-bytes.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { IntakeDay, LossBatch, LossRow } from '../store/store.ts'

export type CheckpointFacts = Pick<LossBatch, 'losses' | 'intakeDays'>

/** Of several checkpoints in one batch: the last word on each loss and each day. */
export function mergeCheckpointFacts(said: readonly CheckpointFacts[]): CheckpointFacts {
  if (said.length === 0) return { losses: [], intakeDays: [] }
  const losses = new Map<string, LossRow>()
  const days = new Map<string, IntakeDay>()
  for (const one of said) {
    for (const loss of one.losses) losses.set(JSON.stringify([loss.source, loss.cause, loss.id]), loss)
    for (const day of one.intakeDays) days.set(`${day.day} ${day.source}`, day)
  }
  return { losses: [...losses.values()], intakeDays: [...days.values()] }
}

/** A torn end without frames is no loss: nothing in it was ever acknowledged. */
export function damageLosses(range: Damage, now: number): readonly LossRow[] {
  const { segment, fromRecord, toRecord, frames, bytes, offset, reason, torn } = range
  // The journal says 0 where it cannot know; only its reason tells the two apart.
  const isUnknown = frames === 0 && reason.includes('unknown')
  if (torn && frames === 0) return []
  const records = fromRecord === toRecord ? `Record ${fromRecord}` : `Records ${fromRecord} to ${toRecord}`
  const where = segment === '' ? '' : ` of segment ${segment}`
  const copy =
    bytes > 0 && offset !== undefined
      ? `The ${bytes} bytes are kept in journal/${damagedDirectory}/${segment}-${offset}-${bytes}.`
      : 'No bytes of them are left.'
  return [
    {
      source: 'journal',
      cause: 'journal-damage',
      id: `${fromRecord}`,
      day: dayNumber(now),
      frames: isUnknown ? null : frames,
      from: null,
      to: null,
      detail: `${records}${where} cannot be read back: ${reason}. ${copy}`,
    },
  ]
}
