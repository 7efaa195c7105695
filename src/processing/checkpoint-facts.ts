/** What a batch holds beside frames: the facts of intake's checkpoints, and the records that could not be read back. */

import type { SystemHealth } from '../domain/folds/fold.ts'
import { damagedDirectory } from '../journal/damaged-bytes.ts'
import type { Damage } from '../journal/journal.ts'
import type { Instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { IntakeDay, LossBatch, LossRow } from '../store/store.ts'

export interface CheckpointFacts extends Pick<LossBatch, 'losses' | 'intakeDays'> {
  /** When it was written, by the clock of intake; absent where that cannot be read. */
  readonly at?: Instant
  /** The server as its processes see it; absent where intake does not report it. */
  readonly health?: SystemHealth
}

/** Of several checkpoints in one batch: the newest facts for each loss and each day. */
export function mergeCheckpointFacts(reported: readonly CheckpointFacts[]): Omit<CheckpointFacts, 'at' | 'health'> {
  if (reported.length === 0) return { losses: [], intakeDays: [] }
  const losses = new Map<string, LossRow>()
  const days = new Map<string, IntakeDay>()
  for (const one of reported) {
    for (const loss of one.losses) losses.set(JSON.stringify([loss.source, loss.cause, loss.id]), loss)
    for (const day of one.intakeDays) days.set(`${day.day} ${day.source}`, day)
  }
  return { losses: [...losses.values()], intakeDays: [...days.values()] }
}

/** A torn end without frames is no loss: nothing in it was ever acknowledged. */
export function damageLosses(range: Damage, now: number): readonly LossRow[] {
  const { segment, fromRecord, toRecord, frames, bytes, offset, reason, torn } = range
  // The journal reports 0 where it cannot know; only its reason distinguishes that from a real 0.
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
