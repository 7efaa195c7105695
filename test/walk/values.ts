/** Values that a walk through the API tries: valid ones by the schema and by what the server has answered, limits, wrong and foreign ones. */
import type { Schema } from './operation.ts'

/** What the server has answered, by the name of its field. */
export type Seen = ReadonlyMap<string, readonly (string | number)[]>

const times = [
  new Date(Date.now() + 3_600_000).toISOString(),
  '2026-11-23T08:00:00Z',
  '2024-02-29T23:59:59.999Z',
  // The hour that Berlin has twice, and the one that it has not.
  '2026-10-25T02:30:00+02:00',
  '2026-10-25T02:30:00+01:00',
  '2026-03-29T02:30:00+01:00',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-11-23T08:00:00+14:00',
  '2026-11-23T08:00:00-12:00',
]
const days = ['2026-11-23', '2024-02-29', '2026-10-25', '2026-03-29', '1970-01-01', '0001-01-01', '9999-12-31']

/** Ids of one kind, and their own fields, under other names. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  bays: ['bay', 'ids'],
  device: ['external', 'sensor'],
  swap: ['device'],
  devices: ['device'],
  site: ['sites'],
  level: ['levels'],
  zone: ['zones'],
  bay: ['ids'],
  replaces: ['device'],
  vehicles: ['capacity'],
}

const numberText = (schema: Schema, key: string) => {
  const value = schema[key]
  return typeof value === 'number' ? [value] : []
}

/** Values that fit the schema; some are of things that are there. */
export function validValues(name: string, schema: Schema, seen: Seen): readonly unknown[] {
  const found = [name, ...(aliases[name] ?? [])].flatMap((key) => seen.get(key) ?? [])
  if (Array.isArray(schema['enum'])) return schema['enum']
  if ('const' in schema) return [schema['const']]
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined
  if (alternatives) return alternatives.flatMap((one) => validValues(name, one, seen))
  if (schema['type'] === 'integer' || schema['type'] === 'number') {
    const [min = 1] = numberText(schema, 'minimum')
    const [max = min + 100] = numberText(schema, 'maximum')
    return [min, Math.min(max, min + 1), Math.min(max, 50), ...found.filter((value) => typeof value === 'number')]
  }
  if (schema['type'] === 'boolean') return [true, false]
  if (schema['type'] === 'array') {
    const items = validValues(name, (schema['items'] ?? {}) as Schema, seen)
    return [items.slice(0, 1), items.slice(0, 2)]
  }
  const texts = found.filter((value) => typeof value === 'string')
  if (schema['format'] === 'date-time') return [...times, ...texts]
  if (schema['format'] === 'date') return days
  return texts.length > 0 ? texts : ['x', 'A-1']
}

/** The limits of the schema, and the values beside them. */
export function limitValues(schema: Schema): readonly unknown[] {
  const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].flatMap((key) =>
    numberText(schema, key).flatMap((value) => [value - 1, value, value + 1]),
  )
  const lengths = ['minLength', 'maxLength']
    .flatMap((key) => numberText(schema, key).flatMap((length) => [length - 1, length, length + 1]))
    .filter((length) => length >= 0 && length < 5_000)
  return [...limits, ...lengths.map((length) => 'x'.repeat(length))]
}

/** What nothing is prepared for but by being careful. */
export const wrongValues: readonly unknown[] = [
  ...['', ' ', '0', '-1', '1.5', '1e3', '1e400', 'NaN', 'Infinity', 'null', 'undefined', 'true', '[]', '{}', '0x10'],
  ...['9007199254740992', '9007199254740993', '-9007199254740992', '99999999999999999999999'],
  ...[
    '2025-02-29',
    '2026-13-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T08:00:00',
    '+275760-09-13T00:00:00.001Z',
  ],
  ...[
    '..',
    '.',
    '../../etc/passwd',
    'a/b',
    '%2F',
    '%',
    '%00',
    '\u0000',
    '\uD800',
    '\uDC00x',
    '\u202E',
    '\uFEFF',
    'ä',
    '😀',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    "' OR 1=1 --",
    '"; DROP TABLE bay; --',
    '%_',
    '\\',
    '$1',
  ],
  ...['<script>alert(1)</script>', '=1+1', 'x'.repeat(129), 'x'.repeat(3_000)],
]

/** Values of a body that are of another type. */
export const wrongJson: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 53), '', [], {}, [[]], [null], { a: 1 }, 'x'.repeat(3_000)],
  ...['\u0000', '\uD800', '__proto__', '..', '2026-02-30T00:00:00Z', Array(3).fill('x')],
]
