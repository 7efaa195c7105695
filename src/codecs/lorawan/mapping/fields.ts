/** A decoded object as a flat list of its values, shallowest first, without what speaks of another time or of a setting (M2). */
import { type Json, objectOf } from '../json.ts'
import { isElsewhere, isValidKey, plain, saysInvalid } from './words.ts'

export interface Field {
  /** As the object has it. */
  readonly name: string
  readonly key: string
  /** Key of the object it stands in, without digits at its end; empty at the top. */
  readonly parent: string
  /** Path of the object it stands in. */
  readonly place: string
  readonly depth: number
  readonly value: unknown
  /** False: a validity flag marks it as no measurement. */
  readonly valid: boolean
  /** It stands in a numbered object or in a list: one of several. */
  readonly oneOfSeveral: boolean
}

const depthMax = 4
/** More than any payload's fields; bounds the work. */
const fieldsMax = 500

interface Step {
  readonly object: Json
  readonly parent: string
  readonly place: string
  readonly depth: number
  readonly valid: boolean
  readonly oneOfSeveral: boolean
}

/** Undefined: more values than any payload has. */
export function fieldsOf(decoded: Json): readonly Field[] | undefined {
  const fields: Field[] = []
  let steps: Step[] = [{ object: decoded, parent: '', place: '', depth: 1, valid: true, oneOfSeveral: false }]
  let seen = 0
  while (steps.length > 0) {
    const below: Step[] = []
    for (const step of steps) {
      const names = Object.keys(step.object)
      seen += names.length
      if (seen > fieldsMax) return undefined
      readStep(step, names, fields, below)
      if (below.length > fieldsMax) return undefined
    }
    steps = below
  }
  return fields
}

function readStep(step: Step, names: readonly string[], fields: Field[], below: Step[]) {
  const { object, parent, place, depth } = step
  const flags = new Map(names.map((name) => [plain(name), object[name]]))
  const valid = step.valid && ![...flags].some(([key, value]) => isValidKey(key) && saysInvalid(value))
  const into = (inner: Json, key: string, at: string, oneOfSeveral: boolean) => {
    if (depth < depthMax)
      below.push({ object: inner, parent: key.replace(/\d+$/, ''), place: at, depth: depth + 1, valid, oneOfSeveral })
  }
  const push = (name: string, key: string, value: unknown, valid: boolean) => {
    const isValid = valid && !saysInvalid(flags.get(`${key}valid`) ?? flags.get(`is${key}valid`))
    fields.push({ name, key, parent, place, depth, value, valid: isValid, oneOfSeveral: step.oneOfSeveral })
  }
  for (const name of names) {
    if (isElsewhere(name)) continue
    const value = object[name]
    const key = plain(name)
    const nested = objectOf(value)
    const objects = Array.isArray(value) ? value.map(objectOf) : []
    if (nested && isQuantity(nested)) {
      const isValid =
        valid && !Object.entries(nested).some(([name, flag]) => isValidKey(plain(name)) && saysInvalid(flag))
      push(name, key, quantityText(nested), isValid)
    } else if (nested) into(nested, key, `${place}/${name}`, step.oneOfSeveral || /\d$/.test(key))
    else if (objects.some((one) => one !== undefined))
      for (const [i, one] of objects.entries()) {
        if (one) into(one, key, `${place}/${name}[${i}]`, true)
        if (below.length > fieldsMax) return
      }
    else push(name, key, value, valid)
  }
}

/** Some formatters wrap each value: `{ "displayName": "Distance", "unit": "mm", "value": 1234 }`. */
const isQuantity = ({ value, unit }: Json) =>
  value !== undefined &&
  objectOf(value) === undefined &&
  !Array.isArray(value) &&
  (unit === undefined || unit === null || typeof unit === 'string')

function quantityText({ value, unit }: Json): unknown {
  return typeof value === 'number' && typeof unit === 'string' && unit !== '' ? `${value} ${unit}` : value
}
