/**
 * The part of the journal in which something cannot be committed, and how many records of it are tried at once. Each failure halves
 * the number, each success doubles it; one record that fails alone is set aside (lone-record.ts). So each batch that fails
 * ends after a bounded number of tries.
 */
export interface Suspicion {
  /** Last record of the part. */
  readonly until: number
  /** Records tried at once; undefined until the first look finds where the part begins. */
  records: number | undefined
  /** A single record has failed: its frames are tried apart. */
  isAlone: boolean
  /** Why the last try was refused. */
  reason: string
}

export const suspicionUntil = (until: number, reason: string): Suspicion => ({
  ...{ until, records: undefined, isAlone: false, reason },
})

/** The record up to which the next try goes. */
export function nextLimit(suspicion: Suspicion, position: number): number {
  const left = suspicion.until - position
  suspicion.records ??= Math.max(1, Math.ceil(left / 2))
  return position + Math.min(left, suspicion.isAlone ? 1 : suspicion.records)
}

export function narrowed(suspicion: Suspicion, reason: string): void {
  suspicion.reason = reason
  if (suspicion.records === 1) suspicion.isAlone = true
  else if (suspicion.records !== undefined) suspicion.records = Math.ceil(suspicion.records / 2)
}

/** False when the whole part is committed: batches are as large as before. */
export function widened(suspicion: Suspicion, position: number): boolean {
  suspicion.records = Math.min(Number.MAX_SAFE_INTEGER, 2 * (suspicion.records ?? 1))
  suspicion.isAlone = false
  return position < suspicion.until
}
