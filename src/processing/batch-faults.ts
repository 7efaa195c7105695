/** Faults of building or committing a batch: only they may be the fault of a record, what is asked beside it is not. */
const ofBatch = new WeakSet<Error>()

export const isBatchFault = (fault: unknown): boolean => fault instanceof Error && ofBatch.has(fault)

/** What it rejects with is the fault of a batch. */
export async function ofItsBatch<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (fault) {
    if (fault instanceof Error) ofBatch.add(fault)
    throw fault
  }
}
