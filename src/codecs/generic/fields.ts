/**
 * The fields of a generic reading, their units and what each may hold. JSON carries types, CSV and key=value carry text: a
 * `Spelling` reads a raw value in either, the rest is common.
 */
import type { MeasureName } from '@baykeeper/contract/measures.ts'
import { normalHardwareId } from '../../domain/hardware-id.ts'
import { idFault } from '../../domain/id-text.ts'
import { isInRange, type Measure, measures, type Range } from '../../domain/measures.ts'
import {
  type BayId,
  type DeviceId,
  type Measures,
  parseId,
  type Reading,
  type Rejection,
} from '../../domain/reading.ts'
import { trimBlanks } from '../../lib/blanks.ts'
import type { Instant } from '../../lib/brand.ts'
import { ok, type Result } from '../../lib/result.ts'
import { quoted, reject } from '../rejection.ts'
import { parseTime } from '../time.ts'

export type FieldName = 'device' | 'seq' | 'time' | 'epoch' | 'boot' | 'bay' | 'gateway' | 'occupied' | MeasureName

/** Value of a field as it was spelled; `undefined` when the frame does not have it. */
export type FieldOf = (name: FieldName) => unknown

/** Reads raw values; `undefined` = not a value of this type. */
export interface Spelling {
  readonly absent: (raw: unknown) => boolean
  readonly number: (raw: unknown) => number | undefined
  readonly boolean: (raw: unknown) => boolean | null | undefined
  readonly text: (raw: unknown) => string | undefined
}

export const jsonSpelling: Spelling = {
  absent: (raw) => raw === undefined || raw === null,
  number: (raw) => (typeof raw === 'number' ? raw : undefined),
  boolean: (raw) => (typeof raw === 'boolean' || raw === null ? raw : raw === 1 ? true : raw === 0 ? false : undefined),
  // Many boards number their sensors: 17 is as good a name as "17".
  text: (raw) => (typeof raw === 'string' ? raw : Number.isSafeInteger(raw) ? String(raw) : undefined),
}

/** No number is longer; also keeps the pattern from backtracking over a long cell. */
const numberCharsMax = 40
const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** `null`: the sensor reports unknown. */
const booleanWords: Readonly<Record<string, boolean | null>> = {
  ...{ true: true, '1': true, false: false, '0': false },
  ...{ unknown: null, null: null, '?': null },
}

export const textSpelling: Spelling = {
  absent: (raw) => raw === undefined || raw === '',
  number: (raw) => {
    const text = raw as string
    return text.length <= numberCharsMax && numberForm.test(text) ? Number(text) : undefined
  },
  boolean: (raw) => {
    const word = (raw as string).toLowerCase()
    return Object.hasOwn(booleanWords, word) ? booleanWords[word] : undefined
  },
  text: (raw) => raw as string,
}

const count: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true }
const unbounded: Range = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, whole: false }
/** All of one shape: as they are declared, comparing a value with them takes twice as long. */
const rangeIn = ({ min, max, whole = false }: Range): Range => ({ min, max, whole })
type NumberField = 'seq' | 'epoch' | MeasureName
const ranges = new Map<NumberField, Range>([
  ['seq', count],
  ['epoch', count],
  ...measures.map((measure) => [measure.name, measure.outside === 'dropped' ? unbounded : rangeIn(measure)] as const),
])

/** A reading with a value outside is rejected. */
export const rangeOf = (name: NumberField): Range => ranges.get(name) as Range

/** Only the value is dropped outside of this: a parking sensor at 120 degC is broken or in a fire, and no temperature is better than a wrong one. */
export const keptRangeOf = (measure: Measure): Range | undefined =>
  measure.outside === 'dropped' ? rangeIn(measure) : undefined
const keptRanges = measures.map(keptRangeOf)

const measureNames = ['occupied', ...measures.map(({ name }) => name)].join(', ')

const bootLengthMax = 64
export const isBoot = (text: string): boolean =>
  text.length > 0 && text.length <= bootLengthMax && text.isWellFormed() && !/\p{Cc}/u.test(text)

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export function readingOf(
  field: FieldOf,
  spelling: Spelling,
  deviceOfTopic: string | undefined,
): Result<Reading, Rejection> {
  let problem: Result<never, Rejection> | undefined
  const bad = (name: FieldName, raw: unknown, wanted: string) => {
    problem ??= reject('bad-field', `field ${name} is ${quoted(raw)} and must be ${wanted}; correct it or leave it out`)
  }
  const numberOf = (name: NumberField): number | undefined => {
    const raw = field(name)
    if (spelling.absent(raw)) return undefined
    const range = rangeOf(name)
    const { min, max, whole } = range
    const value = spelling.number(raw)
    if (value === undefined || !isInRange(range, value)) {
      bad(name, raw, whole ? `a whole number ${min}..${max}` : `a number${max < 1e9 ? ` ${min}..${max}` : ''}`)
      return undefined
    }
    return value
  }
  const idOf = <T extends DeviceId | BayId>(name: 'device' | 'bay', raw: unknown): T | undefined => {
    const text = spelling.text(raw)
    const id = text === undefined ? undefined : parseId<T>(text)
    if (id === undefined) {
      const why = text === undefined ? undefined : idFault(trimBlanks(text))
      bad(name, raw, `1 to 128 visible characters${why ? ` (${why})` : ''}`)
    }
    return id
  }
  const timeOf = (): Instant | undefined => {
    const raw = field('time')
    if (spelling.absent(raw)) return undefined
    const time = typeof raw === 'string' ? parseTime(raw.trim()) : undefined
    if (time === undefined) bad('time', raw, 'ISO 8601 with offset, like 2026-11-23T07:59:59.120Z')
    return time
  }

  /** A text, or a number as a board writes it: names are compared, never counted. */
  const bootOf = (): string | undefined => {
    const raw = field('boot')
    if (spelling.absent(raw)) return undefined
    const text = (typeof raw === 'number' && Number.isFinite(raw) ? String(raw) : spelling.text(raw))?.trim()
    if (text !== undefined && isBoot(text)) return text
    bad('boot', raw, `1 to ${bootLengthMax} printable characters, or a number`)
    return undefined
  }

  const named = spelling.absent(field('device')) ? deviceOfTopic : field('device')
  if (named === undefined)
    return reject('no-device', 'the frame names no device; add the field device, or send to baykeeper/<device>/reading')
  const nameGiven = idOf<DeviceId>('device', named)
  const device = nameGiven === undefined ? undefined : normalHardwareId(nameGiven)
  const seq = numberOf('seq')
  const epoch = numberOf('epoch')
  const time = timeOf()
  const boot = bootOf()
  const bay = spelling.absent(field('bay')) ? undefined : idOf<BayId>('bay', field('bay'))

  // Before it was a field it was ignored: what is no id is still.
  const passedOn = spelling.text(field('gateway'))
  const gateway = passedOn === undefined ? undefined : parseId<BayId>(passedOn)

  const found: Writable<Measures> = {}
  const presence = field('occupied')
  // Null in JSON and `unknown` in text are values: the sensor does not know. An empty cell is no value.
  if (presence !== undefined && presence !== '') {
    const occupied = spelling.boolean(presence)
    if (occupied === undefined)
      bad('occupied', presence, 'true or false (null in JSON, unknown in text: the sensor does not know)')
    else found.occupied = occupied
  }
  let measured = found.occupied !== undefined
  for (const [i, { name, key }] of measures.entries()) {
    const value = numberOf(name)
    if (value === undefined) continue
    measured = true
    const kept = keptRanges[i]
    if (kept === undefined || isInRange(kept, value)) found[key] = value
  }

  if (problem !== undefined || device === undefined) return problem as Result<never, Rejection>
  if (!measured) return reject('no-measure', `the frame measures nothing; send at least one of ${measureNames}`)
  return ok({
    device,
    ...(seq !== undefined ? { seq } : {}),
    ...(epoch !== undefined ? { epoch } : {}),
    ...(boot !== undefined ? { boot } : {}),
    ...(time !== undefined ? { time } : {}),
    ...(bay !== undefined ? { bay } : {}),
    ...(gateway !== undefined ? { gateways: [gateway] } : {}),
    measures: found,
  })
}
