/**
 * `1,234` of millimetres: 1234 or 1.234? Some write thousands with a separator, others decimals, and the two are far apart. What a sensor measures in
 * millimetres is whole, so a separator before exactly three digits is not guessed.
 */
import { measures } from './measures.ts'

const inMillimetres: ReadonlySet<string> = new Set(measures.flatMap(({ name, unit }) => (unit === 'mm' ? [name] : [])))
const form = /^[+-]?\d{1,3}[.,]\d{3}$/

/** Why the number is not read, as a sentence; undefined: it can be read in one way. */
export function doubtOfNumber(field: string, text: string): string | undefined {
  if (!inMillimetres.has(field) || !form.test(text)) return undefined
  const [whole, decimal] = [text.replace(/[.,]/, ''), text.replace(',', '.')]
  return `field ${field} is "${text}", which may be ${whole} or ${decimal}; send whole millimetres without a separator`
}
