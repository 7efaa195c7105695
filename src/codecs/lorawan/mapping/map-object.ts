/**
 * What a decoder in the network server made of the bytes, as measures. The rules are docs/specs/mapping.md: whole values, the shallowest
 * level, one bay, and no key that may matter is dropped without a report. Pure, and its work is bounded for any object.
 */
import type { Measures } from '../../../domain/reading.ts'
import { quoted } from '../../rejection.ts'
import type { Json } from '../json.ts'
import { type Field, fieldsOf } from './fields.ts'
import { batteryIn, countsIn, distanceIn, isCount, isDistance, plainIn } from './measures.ts'
import { presenceIn } from './presence.ts'
import { tableOfShape } from './registry.ts'
import type { MappingTable } from './table.ts'
import { isValidKey, soundsTelling } from './words.ts'

/** `aside`: why the frame has to wait, for the sentence "the decoded object ...". */
export type Mapped = { readonly measures: Measures; readonly aside?: undefined } | { readonly aside: string }

export function mapObject(decoded: Json, chosen?: MappingTable): Mapped {
  const all = fieldsOf(decoded)
  if (!all) return { aside: 'it has more values than any payload: have the network server send fewer' }
  const table = chosen ?? tableOfShape(decoded)
  const { measures: own, rest: fields } = byTable(all, table)
  const presence = own.occupied === undefined ? presenceIn(fields) : own
  if ('aside' in presence && presence.aside !== undefined) return { aside: presence.aside }
  const distance = own.distanceMm === undefined ? distanceIn(fields) : own
  if ('several' in distance && distance.several !== undefined)
    return { aside: `it has two distances (${distance.several}), and a device has one` }
  const { occupied } = presence
  const main: Measures = {
    ...(occupied === undefined ? {} : { occupied }),
    ...(distance.distanceMm === undefined ? {} : { distanceMm: distance.distanceMm }),
    ...countsIn(fields),
    ...own,
  }
  const measures = { ...main, ...batteryIn(fields), ...plainIn(fields) }
  if (Object.keys(main).length > 0 || table) return { measures }
  return unmapped(all, measures)
}

/** Neither presence nor distance nor count was read, and no table declares that there is none. */
function unmapped(fields: readonly Field[], measures: Measures): Mapped {
  const isInvalid = fields.some(({ valid }) => !valid)
  if (isInvalid) return { measures }
  const telling = fields.filter(({ key }) => soundsTelling(key))
  const named = (list: readonly Field[]) =>
    list
      .slice(0, 5)
      .map(({ name, value }) => `${name.slice(0, 40)} = ${quoted(value)}`)
      .join(', ')
  if (telling.length > 0) return { aside: `no mapping table defines its ${named(telling)}` }
  if (Object.keys(measures).length > 0) return { measures }
  return { aside: fields.length === 0 ? 'it has no current value' : `it has no known measure: ${named(fields)}` }
}

function byTable(
  fields: readonly Field[],
  table: MappingTable | undefined,
): { measures: Measures; rest: readonly Field[] } {
  if (!table) return { measures: {}, rest: fields }
  const { presence, distance, countIn, countOut, ignore = [] } = table
  const taken = new Set([presence?.key, distance?.key, countIn, countOut, ...ignore])
  const of = (key: string | undefined) => fields.find((field) => field.key === key)
  const found = of(presence?.key)
  const mm = numberOf(of(distance?.key)) * (distance?.mm ?? 0)
  const [entered, left] = [numberOf(of(countIn)), numberOf(of(countOut))]
  return {
    measures: {
      ...(found && presence ? { occupied: found.valid ? valueIn(presence.values, found) : null } : {}),
      ...(isDistance(mm) ? { distanceMm: mm } : {}),
      ...(isCount(entered) ? { countIn: entered } : {}),
      ...(isCount(left) ? { countOut: left } : {}),
    },
    rest: fields.filter(({ key }) => !taken.has(key) && !isValidKey(key)),
  }
}

function valueIn(values: Readonly<Record<string, boolean | null>>, { value }: Field): boolean | null {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : String(value)
  return Object.hasOwn(values, text) ? (values[text] as boolean | null) : null
}

const numberOf = (field: Field | undefined): number =>
  field?.valid && typeof field.value === 'number' ? field.value : Number.NaN
