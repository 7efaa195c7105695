/**
 * The plain JSON reading, `{"device":"A-017","seq":412,"occupied":true}`, read straight from its bytes: no text, no object in between.
 * It knows one level, each field once, printable ASCII without escapes, and decimal numbers that a double holds exactly after one
 * division. All else, and what is wrong, is left to `decode`: this never rejects, and never answers otherwise than it.
 */
import { normalHardwareId } from '../../domain/hardware-id.ts'
import { isInRange, type MeasureKey, measureKeys, measures, type Range } from '../../domain/measures.ts'
import type { BayId, DeviceId, Measures, Reading } from '../../domain/reading.ts'
import { idLengthMax } from '../../domain/reading.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { type FieldName, isBoot, keptRangeOf, rangeOf } from './fields.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const openBrace = 123
const closeBrace = 125
const quote = 34
const colon = 58
const comma = 44
const minus = 45
const dot = 46
const zero = 48

/** Where the scan stands, and the value it has just read; module-wide, because a frame is read at one go. */
let at = 0
let end = 0
let textFrom = 0
let numberRead = 0

const numberFields = ['seq', 'epoch', ...measures.map(({ name }) => name)] as const
type NumberField = (typeof numberFields)[number]
/** One bit for each field that was seen; objects with fields beyond the 31st are left to `decode`. */
const fieldsMax = 31
const allFields: readonly FieldName[] = ['device', 'time', 'bay', 'occupied', 'boot', 'gateway', ...numberFields]
const fieldNames = allFields.slice(0, fieldsMax)
const [deviceField, timeField, bayField, occupiedField, bootField, gatewayField] = [0, 1, 2, 3, 4, 5]
const [firstNumber, epochField, firstMeasure] = [6, 7, 8]
const fieldRanges = fieldNames.map((_, i) => rangeOf(numberFields[Math.max(0, i - firstNumber)] as NumberField))
/** By field: which measure it is, and the range outside of which its value is dropped. */
const fieldKeys = fieldNames.map((_, i) => measureKeys[i - firstMeasure])
const keptRanges = fieldNames.map((_, i) => {
  const measure = measures[i - firstMeasure]
  return measure && keptRangeOf(measure)
})
const asciiOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const fieldBytes = fieldNames.map(asciiOf)
/** A field as most senders write it. */
const fieldStarts = fieldNames.map((name) => asciiOf(`"${name}":`))
/** Senders keep their order: which field followed this one in the frame before. The first follows none. */
const noField = fieldNames.length
const followers = new Uint8Array(noField + 1)

export function quickJson(bytes: Uint8Array, from: number, to: number): Reading | undefined {
  at = from
  end = to
  if (bytes[from] !== openBrace || bytes[to - 1] !== closeBrace) return undefined
  at++
  let seen = 0
  let device: string | undefined
  let bay: string | undefined
  let gateways: readonly string[] | undefined
  let seq: number | undefined
  let epoch: number | undefined
  let boot: string | undefined
  let time: Instant | undefined
  let measured = false
  const found: Writable<Measures> = {}
  let before = noField
  for (;;) {
    const field = readField(bytes, before)
    if (field < 0 || (seen & (1 << field)) !== 0) return undefined
    seen |= 1 << field
    before = field
    if (field === deviceField || field === bayField || field === gatewayField) {
      const text = readId(bytes)
      if (text === undefined) return undefined
      // In another spelling than the normal one: rare, and read by `decode`.
      if (field === deviceField && normalHardwareId(text) !== text) return undefined
      if (field === deviceField) device = text
      else if (field === bayField) bay = text
      else gateways = gatewayNamed(text)
    } else if (field === bootField) {
      boot = readBoot(bytes)
      if (boot === undefined) return undefined
    } else if (field === timeField) {
      time = readTime(bytes)
      if (time === undefined) return undefined
    } else if (field === occupiedField) {
      if (isWord(bytes, wordTrue)) found.occupied = true
      else if (isWord(bytes, wordFalse)) found.occupied = false
      else return undefined
      measured = true
    } else {
      if (!readNumber(bytes) || !isInRange(fieldRanges[field] as Range, numberRead)) return undefined
      const kept = keptRanges[field]
      if (kept === undefined || isInRange(kept, numberRead))
        // By name where it is frequent: a key that is computed costs as much as reading the number.
        switch (fieldNames[field] as NumberField) {
          case 'seq':
            seq = numberRead
            break
          case 'epoch':
            epoch = numberRead
            break
          case 'distance_mm':
            found.distanceMm = numberRead
            break
          case 'count_in':
            found.countIn = numberRead
            break
          case 'count_out':
            found.countOut = numberRead
            break
          case 'battery_v':
            found.batteryV = numberRead
            break
          case 'battery_pct':
            found.batteryPct = numberRead
            break
          case 'temperature_c':
            found.temperatureC = numberRead
            break
          case 'rssi_dbm':
            found.rssiDbm = numberRead
            break
          default:
            found[fieldKeys[field] as MeasureKey] = numberRead
        }
      measured ||= field > epochField
    }
    skipBlanks(bytes)
    const next = bytes[at++]
    if (next === closeBrace) break
    if (next !== comma) return undefined
  }
  if (at !== to || device === undefined || !measured) return undefined
  const reading: Writable<Reading> = { device: device as DeviceId, measures: found }
  if (seq !== undefined) reading.seq = seq
  if (epoch !== undefined) reading.epoch = epoch
  if (boot !== undefined) reading.boot = boot
  if (time !== undefined) reading.time = time
  if (bay !== undefined) reading.bay = bay as BayId
  if (gateways !== undefined) reading.gateways = gateways
  return reading
}

/** Many frames of one gateway come in a row. */
let named: readonly [string] = ['']
function gatewayNamed(id: string): readonly [string] {
  if (named[0] !== id) named = [id]
  return named
}

function skipBlanks(bytes: Uint8Array) {
  while (bytes[at] === 32) at++
}

/** Index of the field whose name and colon come next, or -1. `before` is the field before it. */
function readField(bytes: Uint8Array, before: number): number {
  skipBlanks(bytes)
  const likely = followers[before] as number
  if (isWord(bytes, fieldStarts[likely] as Uint8Array)) {
    skipBlanks(bytes)
    return likely
  }
  if (!readText(bytes)) return -1
  const length = at - 1 - textFrom
  for (let i = 0; i < fieldBytes.length; i++) {
    const name = fieldBytes[i] as Uint8Array
    if (name.length !== length || !isSame(bytes, name)) continue
    skipBlanks(bytes)
    if (bytes[at++] !== colon) return -1
    skipBlanks(bytes)
    followers[before] = i
    return i
  }
  return -1
}

function isSame(bytes: Uint8Array, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[textFrom + i] !== name[i]) return false
  return true
}

/** A quoted text of printable ASCII without escapes: from `textFrom` to before the quote behind which `at` stands then. */
function readText(bytes: Uint8Array): boolean {
  if (bytes[at++] !== quote) return false
  textFrom = at
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === quote) {
      at++
      return true
    }
    if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false
  }
  return false
}

/** Ids repeat: each is made a string once, found again by its bytes. A slot holds the last one that fell on it. */
const idSlots = 16_384
const ids: (string | undefined)[] = Array(idSlots).fill(undefined)

function readId(bytes: Uint8Array): string | undefined {
  if (!readText(bytes)) return undefined
  const length = at - 1 - textFrom
  if (length === 0 || length > idLengthMax || bytes[textFrom] === 32 || bytes[at - 2] === 32) return undefined
  let slot = length
  for (let i = 0; i < length; i++) slot = Math.imul(slot ^ (bytes[textFrom + i] as number), 2_654_435_761)
  slot = (slot ^ (slot >>> 15)) & (idSlots - 1)
  const known = ids[slot]
  if (known !== undefined && known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === bytes[textFrom + i]) i++
    if (i === length) return known
  }
  let id = ''
  for (let i = 0; i < length; i++) id += String.fromCharCode(bytes[textFrom + i] as number)
  ids[slot] = id
  return id
}

/** A text, or a whole number as it is written: others are spelled by the slow way. */
function readBoot(bytes: Uint8Array): string | undefined {
  if (bytes[at] === quote) {
    const text = readId(bytes)
    return text !== undefined && isBoot(text) ? text : undefined
  }
  return readNumber(bytes) && Number.isSafeInteger(numberRead) ? String(numberRead) : undefined
}

/** Digits that a double always holds; a division of two whole numbers is rounded once, as it has to be. */
const digitsMax = 15
const powers = Array.from({ length: digitsMax + 1 }, (_, i) => 10 ** i)

function readNumber(bytes: Uint8Array): boolean {
  const isNegative = bytes[at] === minus
  if (isNegative) at++
  const from = at
  let value = 0
  let digits = 0
  let digit = (bytes[at] as number) - zero
  for (; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - zero) {
    value = value * 10 + digit
    digits++
  }
  // JSON has no 007.
  if (digits === 0 || (digits > 1 && bytes[from] === zero)) return false
  if (bytes[at] === dot) {
    const whole = digits
    at++
    digit = (bytes[at] as number) - zero
    for (; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - zero) {
      value = value * 10 + digit
      digits++
    }
    if (digits === whole || digits > digitsMax) return false
    value /= powers[digits - whole] as number
  }
  if (digits > digitsMax) return false
  const next = bytes[at]
  if (next !== comma && next !== closeBrace && next !== 32) return false
  numberRead = isNegative ? -value : value
  return true
}

const wordTrue = asciiOf('true')
const wordFalse = asciiOf('false')

function isWord(bytes: Uint8Array, word: Uint8Array): boolean {
  const length = word.length
  if (at + length > end) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== word[i]) return false
  at += length
  return true
}

/** The day read last, and when it began: times of one stream share their day. */
let dayRead = -1
let dayBegan = 0

/** `2026-11-23T07:59:59Z` or with three digits behind the second. */
function readTime(bytes: Uint8Array): Instant | undefined {
  if (!readText(bytes)) return undefined
  const length = at - 1 - textFrom
  if ((length !== 20 && length !== 24) || bytes[at - 2] !== 90) return undefined
  if (bytes[textFrom + 10] !== 84 || bytes[textFrom + 4] !== minus || bytes[textFrom + 7] !== minus) return undefined
  if (bytes[textFrom + 13] !== colon || bytes[textFrom + 16] !== colon) return undefined
  const year = number2(bytes, 0) * 100 + number2(bytes, 2)
  const month = number2(bytes, 5)
  const day = number2(bytes, 8)
  const hour = number2(bytes, 11)
  const minute = number2(bytes, 14)
  const second = number2(bytes, 17)
  // NaN where a digit is none.
  if (!(year >= 1970 && month >= 1 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59)) return undefined
  let ms = 0
  if (length === 24) {
    ms = number2(bytes, 20) * 10 + ((bytes[textFrom + 22] as number) - zero)
    if (bytes[textFrom + 19] !== dot || !(ms >= 0 && ms <= 999) || !isDigit(bytes[textFrom + 22] as number))
      return undefined
  }
  const date = (year * 100 + month) * 100 + day
  if (date !== dayRead) {
    const began = new Date(Date.UTC(year, month - 1, day))
    if (began.getUTCMonth() !== month - 1 || began.getUTCDate() !== day) return undefined
    dayRead = date
    dayBegan = began.getTime()
  }
  return instant(dayBegan + ((hour * 60 + minute) * 60 + second) * 1_000 + ms)
}

const isDigit = (byte: number) => byte >= zero && byte <= zero + 9

function number2(bytes: Uint8Array, offset: number): number {
  const tens = bytes[textFrom + offset] as number
  const ones = bytes[textFrom + offset + 1] as number
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + (ones - zero) : Number.NaN
}
