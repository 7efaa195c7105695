/** Distance, counts, battery, temperature and signal in a decoded object, with their units. */
import { isInRange, type MeasureKey, measureOf, measures } from '../../../domain/measures.ts'
import type { Measures } from '../../../domain/reading.ts'
import type { Field } from './fields.ts'
import { plain } from './words.ts'

const keysOf = (text: string): readonly string[] => text.trim().split(/\s+/)

interface Quantity {
  readonly field: Field
  readonly number: number
  readonly unit: string
}

/** Of the measures, and what is converted to them. */
const units = ['cm', 'm', 'mv', ...measures.flatMap(({ unit }) => unitsOf(unit))].filter((unit) => unit !== '')
const quantityForm = new RegExp(
  String.raw`^\s*(-?\d{1,12}(?:\.\d{1,12})?)\s*(${[...new Set(units)].join('|')})?\s*(\(low battery\))?\s*$`,
  'i',
)

/** As an object may write it: `°C` or `C`, in any case. */
function unitsOf(unit: string): string[] {
  const written = unit.toLowerCase()
  return written.startsWith('°') ? [written, written.slice(1)] : [written]
}

function quantityOf(field: Field): Quantity | undefined {
  const { value } = field
  if (typeof value === 'number' && Number.isFinite(value)) return { field, number: value, unit: '' }
  const match = typeof value === 'string' && value.length < 64 ? quantityForm.exec(value) : null
  return match ? { field, number: Number(match[1]), unit: (match[2] ?? '').toLowerCase() } : undefined
}

/** The first key of the list that holds a quantity, shallowest first; the fields come in that order. */
function find(fields: readonly Field[], keys: readonly string[]): Quantity | undefined {
  for (const key of keys)
    for (const field of fields) {
      const quantity = field.key === key ? quantityOf(field) : undefined
      if (quantity) return quantity
    }
  return undefined
}

const metres: Readonly<Record<string, number>> = {
  ...{ mm: 1, cm: 10, m: 1_000 },
  ...{ millimeters: 1, millimetres: 1, centimeters: 10, centimetres: 10, meters: 1_000, metres: 1_000 },
}
const lengthUnits = Object.keys(metres).join('|')
const distanceKey = new RegExp(
  `^(?:(?:measured|ultrasonic|sensor|object|target|radar|laser|lidar|tof)?(?:distance(?:value|measured)?|dist)|proxx?|proximity)(\\d?)(?:in)?(${lengthUnits})?$`,
)
/** Some sensors of filling give the distance to what they see as a level: only where its unit is a length. */
const isLevel = (key: string) => key === 'level'
export const isDistance = (mm: number): boolean => isInRange(measureOf('distanceMm'), mm)

/** `several`: the object holds two distances, and a device has one. */
export function distanceIn(fields: readonly Field[]): { readonly distanceMm?: number; readonly several?: string } {
  let found: { distanceMm: number; field: Field } | undefined
  for (const field of fields) {
    const [match, , keyUnit] = distanceKey.exec(field.key) ?? []
    const isPlainProximity = /^prox/.test(field.key) && keyUnit === undefined
    if ((match === undefined && !isLevel(field.key)) || isPlainProximity || !field.valid) continue
    const quantity = quantityOf(field)
    if (!quantity || (isLevel(field.key) && !Object.hasOwn(metres, quantity.unit))) continue
    const unit = keyUnit ?? quantity.unit
    if (unit === '' && !Number.isInteger(quantity.number)) continue
    const factor = unit === '' ? 1 : metres[unit]
    const distanceMm = factor === undefined ? Number.NaN : Number((quantity.number * factor).toFixed(3))
    if (!isDistance(distanceMm)) continue
    if (found && found.field.depth < field.depth) break
    if (found && found.distanceMm !== distanceMm) return { several: `${found.field.name} and ${field.name}` }
    found ??= { distanceMm, field }
  }
  return found ? { distanceMm: found.distanceMm } : {}
}

const countInKeys = keysOf(
  'countin counterin incounter totalcountin totalin entries totalcountera countervalue vehiclesin carsin incount intotal totalentries entrycount vehiclecountin carcountin',
)
const countOutKeys = keysOf(
  'countout counterout outcounter totalcountout totalout exits totalcounterb vehiclesout carsout outcount outtotal totalexits exitcount vehiclecountout carcountout',
)

export function countsIn(fields: readonly Field[]): Measures {
  const valid = fields.filter((field) => field.valid)
  // `counter_a` counts an interval for some vendors; the spelling `counterA`, with its `counterB`, goes on counting.
  const both = ['counterA', 'counterB'].map((name) => valid.filter((field) => field.name === name))
  const isPair = both.every((found) => found.length === 1)
  const [ofA = [], ofB = []] = isPair ? both : []
  const countIn = wholeIn(valid, countInKeys) ?? wholeIn(ofA, ['countera'])
  const countOut = wholeIn(valid, countOutKeys) ?? wholeIn(ofB, ['counterb'])
  return { ...(countIn === undefined ? {} : { countIn }), ...(countOut === undefined ? {} : { countOut }) }
}

function wholeIn(fields: readonly Field[], keys: readonly string[]): number | undefined {
  const found = find(fields, keys)
  return found && found.unit === '' && isCount(found.number) ? found.number : undefined
}

export const isCount = (number: number): boolean => isInRange(measureOf('countIn'), number)

/** Measures that are found by their own rules. */
const ruled: readonly MeasureKey[] = ['distanceMm', 'countIn', 'countOut', 'batteryV', 'batteryPct']
/** Further spellings. Every other measure is found under its name, with or without the unit. */
const spellings: { readonly [K in MeasureKey]?: readonly string[] } = {
  temperatureC: keysOf(
    'tempc temp boardtemperature internaltemperature sensortemperature temperatureboard temperaturecelsius devicetemperature ambienttemperature airtemperature',
  ),
  humidityPct: keysOf('relativehumidity airhumidity'),
}
const plainMeasures = measures
  .filter(({ key }) => !ruled.includes(key))
  .map((measure) => ({
    measure,
    keys: [plain(measure.name), plain(measure.name.replace(/_[a-z]+$/, '')), ...(spellings[measure.key] ?? [])],
    units: ['', ...unitsOf(measure.unit)],
  }))

export function plainIn(fields: readonly Field[]): Measures {
  const found: { [K in MeasureKey]?: number } = {}
  for (const { measure, keys, units } of plainMeasures) {
    const quantity = find(fields, keys)
    if (quantity && units.includes(quantity.unit) && isInRange(measure, quantity.number))
      found[measure.key] = quantity.number
  }
  return found
}

const voltKeys = keysOf(
  'batteryv batteryvol batteryvoltage batteryvolt battvoltage batvoltage batv battv vbat vdd battmv batterymv batmv voltage volt volts vbatt vbatmv vbattmv vbattery batteryvolts batteryvoltagev batteryvoltagemv batterymillivolts batvolt supplyvoltage',
)
const percentKeys = keysOf(
  'batterypct batterypercent batterypercentage batpct battpct batterylevelpct batterylevelpercent',
)
const eitherKeys = keysOf('battery batterylevel batt bat')
const lowKeys = keysOf('batterylow lowbattery alarmbattery')

export function batteryIn(fields: readonly Field[]): Measures {
  const volts = find(fields, voltKeys)
  const percent = find(fields, percentKeys)
  const either = find(fields, eitherKeys)
  const v = volts ?? (either && (/v$/.test(either.unit) || isVoltage(either)) ? either : undefined)
  // A whole number of 5 or less under a bare "battery" could be volts or an almost empty battery.
  const pct =
    percent ?? (either && (either.unit === '%' || (either.unit === '' && either.number > 5)) ? either : undefined)
  const low = lowIn(fields) ?? (isMarkedLow(volts) || isMarkedLow(either) ? true : undefined)
  return {
    ...(v ? voltsOf(v) : {}),
    ...(pct && isInRange(measureOf('batteryPct'), pct.number) ? { batteryPct: pct.number } : {}),
    ...(low === undefined ? {} : { batteryLow: low }),
  }
}

function lowIn(fields: readonly Field[]): boolean | undefined {
  for (const key of lowKeys)
    for (const { key: own, value } of fields)
      if (own === key && (typeof value === 'boolean' || value === 0 || value === 1)) return Boolean(value)
  return undefined
}

const isMarkedLow = (quantity: Quantity | undefined) =>
  typeof quantity?.field.value === 'string' && plain(quantity.field.value).endsWith('lowbattery')

/** A level of battery comes in whole percent: a fraction in the range of a cell is its voltage. */
const isVoltage = ({ number, unit, field }: Quantity) =>
  unit === '' && field.key !== 'batterylevel' && !Number.isInteger(number) && number >= 1.5 && number <= 5

/** No sensor runs on 100 V: larger numbers are millivolts. */
function voltsOf({ number, unit, field }: Quantity): Measures {
  const milli = unit === 'mv' || field.key.endsWith('mv') || (unit === '' && number > 100)
  const batteryV = milli ? number / 1_000 : number
  return batteryV >= 0 && batteryV <= 100 ? { batteryV } : {}
}
