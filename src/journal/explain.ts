/** Damage as text for operators: what it is, where, what was lost, what to do, and where the bytes are. */
import type { DamageFound } from './inspect.ts'

export interface Explained {
  /** One line: what and where. */
  readonly what: string
  readonly cost: string
  readonly todo: string
}

/** A range that was skipped for safety, not counted. */
const unknownFrom = 1_000_000

export function explain(range: DamageFound): Explained {
  const { segment, fromRecord, toRecord, bytes, offset, frames, noiseFrames = 0, torn, reason, copy } = range
  const records = fromRecord === toRecord ? `record ${fromRecord}` : `records ${fromRecord} to ${toRecord}`
  const numbers = toRecord - fromRecord >= unknownFrom ? `from record ${fromRecord} on` : records
  const where = offset === undefined ? `segment ${segment}` : `${bytes} bytes at offset ${offset} of ${segment}`
  const counted = `${frames} frames${noiseFrames > 0 ? ` and ${noiseFrames} of noise` : ''} lost`
  if (torn)
    return {
      what: `torn end: ${where}, ${records}`,
      cost: 'nothing that was acknowledged: the server or the power went in the middle of this write',
      todo: 'nothing: the next start goes on behind it',
    }
  const aside =
    bytes === 0
      ? 'there are no bytes to keep'
      : copy
        ? `a copy of the bytes is ${copy}`
        : 'the bytes are still in the segment; the next reader of them puts a copy into damaged/'
  return {
    what: `${bytes > 0 ? 'damage' : 'gap'}: ${where}, ${numbers}: ${reason}`,
    cost: reason.includes('unknown') ? 'frames were lost; how many is not known' : counted,
    todo: `all other records are unaffected; check the disk (it returned other bytes than were written); ${aside}`,
  }
}
