/**
 * What a decoder in the network server made of the bytes: an object with names of its author's choice. Keys are compared without
 * case, blanks and underscores; nested objects are looked into, `parking.status` counts as `parkingstatus` and `status`.
 *
 * Presence, the first key found wins, most telling first:
 *   occupied, occupancy..., parking/slot/spot/space/bay status or state, car or vehicle (present, detected), parked, presence:
 *     true, 1, occupied, busy, taken, full, parked, present, detected, yes, on, arrival...
 *     false, 0, vacant, free, empty, available, unoccupied, absent, no, off, departure...
 *   vacant, free, available: the other way round
 *   status, state: the same words; words of health (ok, success, error...) are no presence and are passed over
 * Any other value under a presence key is `null`, unknown: never vacant.
 *
 * Battery: percent, volts and flag are told apart by name, then by size; what could be either is left out. Numbers may be text
 * with a unit ("2799 mm", "3.6 V"); a distance without unit is millimetres. Temperatures outside -40..85 degC are dropped.
 */
import type { Measures } from '../../domain/reading.ts'
import { type Json, objectOf } from './json.ts'

const depthMax = 3
/** More than any payload's fields; bounds the work. */
const fieldsMax = 500

const presenceKeys = [
  'occupied isoccupied bayoccupied slotoccupied spaceoccupied spotoccupied parkingoccupied',
  'occupancy occupancystatus occupancystate',
  'parkingstatus parkingstate parkingslotstatus parkingspacestatus parkingspotstatus parkinglotstatus',
  'slotstatus slotstate spotstatus spotstate spacestatus spacestate baystatus baystate',
  'carpresent carpresence cardetected carstatus car',
  'vehiclepresent vehiclepresence vehicledetected vehiclestatus vehicle',
  'parked isparked presence present parking park',
].flatMap((line) => line.split(' '))
const absenceKeys = 'vacant isvacant free isfree available isavailable'.split(' ')
const weakKeys = ['status', 'state']

const words = (text: string) => new Set(text.split(' '))
const takenWords = words(
  'true 1 occupied busy taken full parked present detected yes on arrival arrived car vehicle inuse',
)
const freeWords = words(
  'false 0 vacant free empty available unoccupied notoccupied nonoccupied absent notpresent notdetected undetected clear no off departure departed left nocar novehicle none unparked notparked',
)
const healthWords = words(
  'ok okay success successful normal good healthy error fail failed fault online offline active idle joined',
)

const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Measures found; empty when no known key is there. */
export function readDecodedObject(decoded: Json): Measures {
  const fields = flatten(decoded)
  const occupied = presence(fields)
  return {
    ...(occupied === undefined ? {} : { occupied }),
    ...battery(fields),
    ...quantity(fields, 'temperatureC', temperatureKeys, -40, 85),
    ...quantity(fields, 'distanceMm', distanceKeys, 0, 1_000_000),
    ...quantity(fields, 'rssiDbm', ['rssi', 'rssidbm'], -300, 100),
  }
}

type Fields = ReadonlyMap<string, unknown>

function flatten(decoded: Json): Fields {
  const fields = new Map<string, unknown>()
  const visit = (value: Json, prefix: string, depth: number) => {
    for (const [name, inner] of Object.entries(value)) {
      if (fields.size >= fieldsMax) return
      const key = plain(name)
      const nested = objectOf(inner)
      if (nested) {
        if (depth < depthMax) visit(nested, key, depth + 1)
        continue
      }
      if (prefix && !fields.has(prefix + key)) fields.set(prefix + key, inner)
      if (!fields.has(key)) fields.set(key, inner)
    }
  }
  visit(decoded, '', 1)
  return fields
}

function presence(fields: Fields): boolean | null | undefined {
  for (const key of presenceKeys) if (fields.has(key)) return presenceOf(fields.get(key))
  for (const key of absenceKeys) {
    if (!fields.has(key)) continue
    const free = presenceOf(fields.get(key))
    return free === null ? null : !free
  }
  for (const key of weakKeys) {
    const value = fields.get(key)
    if (value === undefined || (typeof value === 'string' && healthWords.has(plain(value)))) continue
    return presenceOf(value)
  }
  return undefined
}

function presenceOf(value: unknown): boolean | null {
  if (typeof value !== 'boolean' && typeof value !== 'number' && typeof value !== 'string') return null
  // Not through `plain`: -1 and 0.1 are not 1 and 01.
  const word = typeof value === 'string' ? plain(value) : String(value)
  return takenWords.has(word) ? true : freeWords.has(word) ? false : null
}

const temperatureKeys =
  'temperaturec temperature tempc temp boardtemperature internaltemperature sensortemperature'.split(' ')
const distanceKeys = 'distancemm distance distancevalue'.split(' ')
const voltKeys =
  'batteryv batteryvoltage batteryvolt battvoltage batvoltage batv battv vbat battmv batterymv batmv voltage volt volts'.split(
    ' ',
  )
const percentKeys = 'batterypct batterypercent batterypercentage batpct'.split(' ')
const eitherKeys = 'battery batterylevel batt bat'.split(' ')
const lowKeys = 'batterylow lowbattery batterylowalarm lowbatteryalarm alarmbattery batteryalarm'.split(' ')

function battery(fields: Fields): Measures {
  const volts = find(fields, voltKeys)
  const percent = find(fields, percentKeys)
  const either = find(fields, eitherKeys)
  const low = lowKeys
    .map((key) => fields.get(key))
    .find((value) => typeof value === 'boolean' || value === 0 || value === 1)
  const v = volts ?? (either && /v$/.test(either.unit) ? either : undefined)
  // 5 or less under a bare "battery" could be volts or an almost empty battery.
  const pct =
    percent ?? (either && (either.unit === '%' || (either.unit === '' && either.number > 5)) ? either : undefined)
  return {
    ...(v ? voltsOf(v) : {}),
    ...(pct && pct.number >= 0 && pct.number <= 100 ? { batteryPct: pct.number } : {}),
    ...(low === undefined ? {} : { batteryLow: Boolean(low) }),
  }
}

/** No sensor runs on 100 V: larger numbers are millivolts. */
function voltsOf({ number, unit, key }: Quantity): Measures {
  const milli = unit === 'mv' || key.endsWith('mv') || (unit === '' && number > 100)
  const batteryV = milli ? number / 1_000 : number
  return batteryV >= 0 && batteryV <= 100 ? { batteryV } : {}
}

interface Quantity {
  readonly key: string
  readonly number: number
  readonly unit: string
}

const metres: Readonly<Record<string, number>> = { '': 1, mm: 1, cm: 10, m: 1_000 }

function quantity(
  fields: Fields,
  measure: 'temperatureC' | 'distanceMm' | 'rssiDbm',
  keys: readonly string[],
  min: number,
  max: number,
): Measures {
  const found = find(fields, keys)
  if (!found) return {}
  const scale = measure === 'distanceMm' ? metres[found.unit] : 1
  const value = scale === undefined ? Number.NaN : found.number * scale
  return value >= min && value <= max ? { [measure]: value } : {}
}

const quantityForm = /^\s*(-?\d{1,12}(?:\.\d{1,12})?)\s*(mm|cm|m|mv|v|%|°c|c|dbm)?\s*$/i

function find(fields: Fields, keys: readonly string[]): Quantity | undefined {
  for (const key of keys) {
    const value = fields.get(key)
    if (typeof value === 'number' && Number.isFinite(value)) return { key, number: value, unit: '' }
    const match = typeof value === 'string' ? quantityForm.exec(value) : null
    if (match) return { key, number: Number(match[1]), unit: (match[2] ?? '').toLowerCase() }
  }
  return undefined
}
