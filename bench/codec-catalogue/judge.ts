/** Whether a script answered what its vendor expects. */
import type { ScriptAnswer } from '../../src/codecs/lorawan/script-answer.ts'
import type { Example } from './catalogue.ts'

/** `refused`: the script reports an error where none is expected. */
export type Verdict = 'right' | 'wrong' | 'refused'

export function verdictOf({ output }: Example, answer: ScriptAnswer): Verdict {
  const expectsError = (output.errors?.length ?? 0) > 0
  if (answer.failed !== undefined) return expectsError ? 'right' : 'refused'
  return !expectsError && isSame(answer.data, output.data ?? {}) ? 'right' : 'wrong'
}

/**
 * Absent, undefined and null are one, since network servers write them alike; decimal fractions agree but for their last digits, and times to
 * the millisecond, which is what a `Date` has.
 */
export function isSame(found: unknown, wanted: unknown): boolean {
  if (found === wanted || ((found ?? null) === null && (wanted ?? null) === null)) return true
  if (typeof found === 'number' && typeof wanted === 'number')
    return Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))
  if (typeof found === 'string' && typeof wanted === 'string')
    return /^\d{4}-\d\d-\d\dT/.test(found) && Date.parse(found) === Date.parse(wanted)
  if (typeof found !== 'object' || typeof wanted !== 'object' || found === null || wanted === null) return false
  const [a, b] = [found as Record<string, unknown>, wanted as Record<string, unknown>]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isSame(a[key], b[key]))
}
