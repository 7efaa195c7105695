/**
 * The body of a feed that was pulled from another operator, by the map that travels with it (domain/feed-map.ts). A body is taken item by item: one that is
 * wrong makes the whole body a dead letter, with its place, because half a feed would show the other half as gone.
 *
 * The time of a reading is the publisher's own: a feed that is sent again and again with an old time repeats old readings, and keeps no bay alive.
 */
import { type FeedMap, feedMap } from '../../domain/feed-map.ts'
import type { Reading, Rejection } from '../../domain/reading.ts'
import { zoneInstant } from '../../domain/zone-instant.ts'
import { frameSpans, headerRow } from '../../lib/frames.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { type Codec, frameReadingsMax } from '../codec.ts'
import { readCsvRow } from '../generic/csv-row.ts'
import { type FieldName, readingOf, type Spelling, textSpelling } from '../generic/fields.ts'
import { quoted, reject } from '../rejection.ts'
import { presenceInProse } from '../serial-frame/prose.ts'
import { parseTime } from '../time.ts'
import { decodeUtf8 } from '../utf8.ts'
import { spacesIn } from './datex2.ts'
import { valueAt } from './json-pointer.ts'
import { dayOfExcel, sheetRows } from './xlsx.ts'

type Answer = Result<readonly Reading[], Rejection>
/** The raw value of a field of one item. */
type Item = (field: FieldName) => unknown

export const pulledFeedCodec: Codec = {
  name: 'pulled-feed',
  decode(frame, { meta }) {
    const map = mapOf(meta['feed'] ?? '')
    if (!map) return reject('unknown-format', 'the map of the feed cannot be read by this release')
    const items = map.format === 'xlsx' ? cellsOf(map, frame) : itemsOfText(map, frame)
    return items.ok ? readingsOf(items.value, map) : items
  },
}

const known = new Map<string, FeedMap>()
const knownMax = 64

function mapOf(text: string): FeedMap | undefined {
  const before = known.get(text)
  if (before) return before
  try {
    const map = feedMap.parse(JSON.parse(text))
    if (known.size >= knownMax) known.clear()
    known.set(text, map)
    return map
  } catch {
    // The body has no map that can be read: it is answered for as a rejection.
    return undefined
  }
}

function itemsOfText(map: FeedMap, frame: Uint8Array): Result<readonly Item[], Rejection> {
  const text = textOf(frame)
  return text === undefined
    ? reject('bad-utf8', 'the body of the feed is neither UTF-8 nor UTF-16 text')
    : itemsOf(map, text)
}

/** UTF-16 is known by its byte order mark. */
function textOf(frame: Uint8Array): string | undefined {
  const [first, second] = frame
  const order =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined
  if (order === undefined) return decodeUtf8(frame)
  try {
    return new TextDecoder(order, { fatal: true }).decode(frame)
  } catch {
    // Halves of characters: the body is rejected with its reason.
    return undefined
  }
}

/** Rows of a workbook as rows of CSV: the first names the columns. Days of Excel are local times. */
function cellsOf(map: FeedMap, frame: Uint8Array): Result<readonly Item[], Rejection> {
  const sheet = sheetRows(frame)
  if (!sheet.ok) return reject('unknown-format', `the body is no Excel workbook that can be read: ${sheet.error}`)
  const { rows, isFrom1904 } = sheet.value
  const width = rows[0]?.length ?? 0
  const line = (row: readonly string[]) =>
    Array.from({ length: width }, (_, i) => `"${(row[i] ?? '').replaceAll('"', '""')}"`).join(',')
  const items = rowsOf({ ...map, separator: ',' }, rows.map(line).join('\n'))
  if (!items.ok) return items
  return ok(
    items.value.map(
      (item): Item =>
        (field) => {
          const value = item(field)
          return field === 'time' && typeof value === 'string' ? (dayOfExcel(value, isFrom1904) ?? value) : value
        },
    ),
  )
}

function itemsOf(map: FeedMap, text: string): Result<readonly Item[], Rejection> {
  if (map.format === 'csv') return rowsOf(map, text)
  if (map.format === 'datex2') return spacesOf(text)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    return reject('not-json', `the body of the feed is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
  const list = valueAt(body, map.items ?? (map.format === 'geojson' ? '/features' : ''))
  // Some feeds are an object whose keys are the ids.
  const items = Array.isArray(list) ? list : typeof list === 'object' && list !== null ? Object.values(list) : undefined
  if (!items) return reject('not-an-object', `the feed has no list at ${quoted(map.items ?? '')}; correct items`)
  return ok(
    items.map(
      (item): Item =>
        (field) => {
          const pointer = map.fields[field as keyof typeof map.fields]
          return pointer === undefined ? undefined : valueAt(item, pointer)
        },
    ),
  )
}

function rowsOf({ separator, fields }: FeedMap, text: string): Result<readonly Item[], Rejection> {
  const bytes = new TextEncoder().encode(text)
  const columns = headerRow(bytes)
  const rename = Object.entries(fields)
    .map(([field, column]) => `${field}:${column}`)
    .join(',')
  const spans = frameSpans('csv-header', bytes)
  const items: Item[] = []
  for (let i = 0; i < spans.length; i += 2) {
    const row = readCsvRow(new TextDecoder().decode(bytes.subarray(spans[i], spans[i + 1])), columns, {
      separator,
      rename,
    })
    if (!row.ok) return reject(row.error.code, `row ${i / 2 + 1}: ${row.error.detail}`)
    const cells = row.value
    if (cells !== 'header') items.push((field) => (cells.get(field) === '' ? undefined : cells.get(field)))
  }
  return ok(items)
}

function spacesOf(text: string): Result<readonly Item[], Rejection> {
  const spaces = spacesIn(text)
  if (!spaces.ok) return reject('unknown-format', `the body is no DATEX II v2 status: ${spaces.error}`)
  return ok(
    spaces.value.map(({ parking, space, occupied, time }): Item => {
      const fields: Partial<Record<FieldName, unknown>> = {
        device: `${parking}:${space}`,
        occupied: occupied ?? null,
        time,
      }
      return (field) => fields[field]
    }),
  )
}

/** Numbers as JSON numbers or texts, presence as a value or words, ids as texts or whole numbers. */
const spelling: Spelling = {
  absent: (raw) => raw === undefined || raw === null || raw === '',
  number: (raw) =>
    typeof raw === 'number' ? raw : typeof raw === 'string' ? textSpelling.number(raw.trim()) : undefined,
  boolean: (raw) => {
    if (typeof raw === 'boolean' || raw === null) return raw
    if (raw === 0 || raw === 1) return raw === 1
    if (typeof raw !== 'string') return undefined
    return textSpelling.boolean(raw.trim()) ?? presenceInProse(raw)
  },
  text: (raw) => (typeof raw === 'string' ? raw : Number.isSafeInteger(raw) ? String(raw) : undefined),
}

function readingsOf(items: readonly Item[], map: FeedMap): Answer {
  if (items.length > frameReadingsMax)
    return reject(
      'too-many-readings',
      `the feed has ${items.length} items, and at most ${frameReadingsMax} are taken: pull a part of it`,
    )
  const readings: Reading[] = []
  for (const [i, item] of items.entries()) {
    const time = timeOf(item('time'), map.zone)
    if (!time.ok) return reject('bad-field', `item ${i}: ${time.error}`)
    const reading = readingOf((field) => (field === 'time' ? time.value : item(field)), spelling, undefined)
    if (!reading.ok) return reject(reading.error.code, `item ${i}: ${reading.error.detail}`)
    readings.push(reading.value)
  }
  return ok(readings)
}

/** As ISO 8601 with an offset. A number is seconds or milliseconds since 1970, by its size. */
function timeOf(raw: unknown, zone: string | undefined): Result<string | undefined, string> {
  if (raw === undefined || raw === null || raw === '') return ok(undefined)
  if (typeof raw === 'number' && raw > 0 && raw < 1e14)
    return ok(new Date(raw < 1e11 ? raw * 1_000 : raw).toISOString())
  if (typeof raw !== 'string') return fail(`the time ${quoted(raw)} is none`)
  const text = raw.trim().replace(' ', 'T')
  if (parseTime(text) !== undefined) return ok(text)
  const local = zone === undefined ? undefined : zoneInstant(text, zone)
  if (local !== undefined) return ok(new Date(local).toISOString())
  return fail(
    `the time ${quoted(raw)} has no offset${zone === undefined ? ', and no zone is set' : ' and is none of its zone'}`,
  )
}
