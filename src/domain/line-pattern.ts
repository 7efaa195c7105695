/**
 * Lines of prose by example: `Slot {device}: {occupied}`, `{device} distance {distance_cm} cm`. The text between placeholders is matched as it is, upper and
 * lower case and the number of blanks aside. `{occupied}` is a value or a sentence (codecs/serial-frame/prose.ts), `{*}` is any text. Matching takes time that grows
 * with the line, not with its square.
 */
import { fail, ok, type Result } from '../lib/result.ts'
import { doubtOfNumber } from './doubtful-number.ts'
import { measures } from './measures.ts'

/** Fields that are texts, and units in which a measure may come. */
const texts: readonly string[] = ['device', 'seq', 'boot', 'bay', 'time', 'gateway', 'occupied']
const scaled: Readonly<Record<string, { readonly field: string; readonly factor: number }>> = {
  distance_cm: { field: 'distance_mm', factor: 10 },
  distance_m: { field: 'distance_mm', factor: 1_000 },
  battery_mv: { field: 'battery_v', factor: 0.001 },
}
const numbers: ReadonlySet<string> = new Set([...measures.map(({ name }) => name), ...Object.keys(scaled)])

type Part = { readonly text: string } | { readonly field: string }
export interface LinePattern {
  readonly source: string
  readonly parts: readonly Part[]
}

const same = (text: string) => text.toLowerCase().replace(/\s+/g, ' ')

/** The pattern, or what is wrong with it in words. */
export function linePattern(source: string): Result<LinePattern, string> {
  const parts: Part[] = []
  for (const [, literal = '', field] of source.matchAll(/([^{]*)(?:\{([^}]*)\})?/g)) {
    if (literal !== '') parts.push({ text: same(literal) })
    if (field === undefined) continue
    if (parts.at(-1) !== undefined && 'field' in (parts.at(-1) as Part))
      return fail(`{${field}} follows another placeholder: put text between them`)
    if (field !== '*' && !texts.includes(field) && !numbers.has(field))
      return fail(`{${field}} is no field; there are ${[...texts, ...numbers].join(', ')} and *`)
    parts.push({ field })
  }
  const fields = parts.flatMap((part) => ('field' in part ? [part.field] : []))
  const twice = fields.find((field, i) => field !== '*' && fields.indexOf(field) !== i)
  if (twice !== undefined) return fail(`{${twice}} is there twice`)
  if (!fields.some((field) => field === 'occupied' || numbers.has(field)))
    return fail('it measures nothing: it needs {occupied} or a measure like {distance_mm}')
  return ok({ source, parts })
}

const numberForm = /^[+-]?\d{1,15}(?:[.,]\d{1,9})?$/
const wordForm = /^[^\s,;:=]+$/

type Fields = ReadonlyMap<string, string>

/** The fields of a line that has this form, in the names and units of a reading, or why they cannot be read; undefined where it has another. */
export function fieldsOfLine({ parts }: LinePattern, line: string): Result<Fields, string> | undefined {
  const text = line.trim().replace(/\s+/g, ' ')
  const lower = text.toLowerCase()
  const found = new Map<string, string>()
  let doubt: string | undefined
  let at = 0
  for (const [i, part] of parts.entries()) {
    if ('text' in part) {
      const wanted = i === 0 ? part.text.trimStart() : i === parts.length - 1 ? part.text.trimEnd() : part.text
      if (!lower.startsWith(wanted, at)) return undefined
      at += wanted.length
      continue
    }
    const next = parts[i + 1]
    const ahead = next && 'text' in next ? (i + 1 === parts.length - 1 ? next.text.trimEnd() : next.text) : undefined
    const end = ahead === undefined || ahead === '' ? text.length : lower.indexOf(ahead, at)
    if (end < 0) return undefined
    const value = text.slice(at, end).trim()
    at = end
    if (part.field === '*') continue
    doubt ??= doubtOfNumber(part.field, value)
    const read = valueIn(part.field, value)
    if (read === undefined) return undefined
    found.set(read.field, read.value)
  }
  if (at !== text.length) return undefined
  return doubt === undefined ? ok(found) : fail(doubt)
}

function valueIn(field: string, value: string): { readonly field: string; readonly value: string } | undefined {
  if (numbers.has(field)) {
    if (!numberForm.test(value)) return undefined
    const number = value.replace(',', '.')
    const unit = scaled[field]
    return unit
      ? { field: unit.field, value: String(Number((Number(number) * unit.factor).toPrecision(12))) }
      : { field, value: number }
  }
  if (value === '') return undefined
  return field === 'occupied' || wordForm.test(value) ? { field, value } : undefined
}
