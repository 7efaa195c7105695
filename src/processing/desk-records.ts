/**
 * Changes made by people whose records the main journal no longer holds: retention removed their segment, or it is damaged. They are
 * taken from the second journal (journal/desk/), at the places they had.
 */

import type { DeskCopy } from '../journal/desk/desk-journal.ts'
import type { Damage, StoredRecord } from '../journal/journal.ts'
import { recordKinds } from '../journal/journal.ts'
import type { Store } from '../store/store.ts'

export interface DeskRecords {
  /** Every change that is kept, in order; of every main journal there ever was. */
  copies(): AsyncIterable<DeskCopy>
}

/** Changes among the records that could not be read, ascending. */
export async function deskRecordsIn(
  desk: DeskRecords | undefined,
  journal: string,
  damage: readonly Damage[],
): Promise<readonly StoredRecord[]> {
  if (!desk || damage.length === 0) return []
  const found: StoredRecord[] = []
  for await (const copy of desk.copies()) {
    const isMissing = damage.some(({ fromRecord, toRecord }) => fromRecord <= copy.record && copy.record <= toRecord)
    if (copy.journal === journal && isMissing) found.push(recordOf(copy))
  }
  return found
}

/** A change of another main journal, as it took effect there. */
export interface EarlierChange {
  readonly journal: string
  readonly record: StoredRecord
}

interface ChangesDeps {
  readonly desk?: DeskRecords | undefined
  readonly store: Pick<Store, 'cursor'>
}

/**
 * Changes of the main journals before this one: those before its own first change, and all of them where it has none; of each journal those
 * behind what this database has committed of it.
 */
export async function changesBefore({ desk, store }: ChangesDeps, journal: string): Promise<readonly EarlierChange[]> {
  const found: EarlierChange[] = []
  const seen = new Map<string, number>()
  const seenOf = async (other: string) => {
    const known = seen.get(other)
    if (known !== undefined) return known
    const { position } = await store.cursor(other)
    seen.set(other, position)
    return position
  }
  if (desk)
    for await (const copy of desk.copies()) {
      if (copy.journal === journal) break
      if (copy.record > (await seenOf(copy.journal))) found.push({ journal: copy.journal, record: recordOf(copy) })
    }
  return found
}

/** It counts no frames, so no count is needed. */
const recordOf = ({ record: number, bytes }: DeskCopy): StoredRecord => ({
  ...{ number, kind: recordKinds.desk, frames: 0, bytes, acceptedFrames: 0, noiseFrames: 0 },
})
