/**
 * Finds the frames whose rows the store refuses, by trying halves: a trial is a commit that is taken back at its end. One bad frame among
 * n costs the rows of about three batches, however the frames are spread over records.
 */
import { type CommitBatch, type Store, StoreError } from '../store/store.ts'
import { createBatch } from './batch.ts'
import { type DecodedFrame, type DecodedRecord, framesOf } from './decode-record.ts'
import { createFleet } from './fleet.ts'

interface Suspect {
  readonly record: DecodedRecord
  readonly frame: DecodedFrame
}

/** Why each was refused, by its index, of each record that has such frames. Throws what is no fault of a row. */
export async function refusedFrames(
  store: Store,
  records: readonly DecodedRecord[],
  place: Pick<CommitBatch, 'journal' | 'from' | 'to' | 'fence'>,
): Promise<ReadonlyMap<DecodedRecord, ReadonlyMap<number, string>>> {
  const states = await store.devices()
  const refused = new Map<DecodedRecord, Map<number, string>>()
  await search(records.flatMap((record) => framesOf(record).map((frame) => ({ record, frame }))))
  return refused

  async function search(suspects: readonly Suspect[]) {
    const reason = await refusal(suspects)
    if (reason === undefined) return
    const [only] = suspects
    if (suspects.length === 1 && only)
      refused.getOrInsertComputed(only.record, () => new Map()).set(only.frame.idx, reason)
    const middle = Math.ceil(suspects.length / 2)
    if (suspects.length > 1) {
      await search(suspects.slice(0, middle))
      await search(suspects.slice(middle))
    }
  }

  async function refusal(suspects: readonly Suspect[]): Promise<string | undefined> {
    const fleet = createFleet(states)
    const batch = createBatch(fleet, store)
    for (const { record, frame } of suspects) await batch.addFrame(record, frame)
    const { readings, deadLetters } = batch.rows
    const rows = { readings, deadLetters, devices: fleet.touched(), deadLettersDone: [], ledger: [] }
    try {
      await store.commit({ ...place, ...rows, losses: { ...batch.losses(), losses: [], intakeDays: [] }, dry: true })
      return undefined
    } catch (fault) {
      if (fault instanceof StoreError && fault.fault === 'data') return fault.message
      throw fault
    }
  }
}
