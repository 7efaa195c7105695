/**
 * The generic reading: one flat set of fields with the same names in three spellings; the frame itself shows which.
 *
 * - `{` a JSON object, `[` a JSON array of such objects (one line per board, several readings);
 * - `name=value` pairs separated by blanks or commas, when the source named no columns;
 * - else a CSV row, with the source's columns or by default `device,seq,time,occupied`.
 * Each may end with a checksum (line-checksum.ts).
 *
 * Fields, units and ranges: fields.ts. Unknown fields are ignored; they stay in the raw bytes. A frame is taken whole or not at
 * all: one bad field rejects it, so that no reading is stored half understood.
 */
import type { Reading, Rejection } from '../../domain/reading.ts'
import { ok, type Result } from '../../lib/result.ts'
import { type Codec, type FrameContext, frameReadingsMax } from '../codec.ts'
import { quoted, reject } from '../rejection.ts'
import { presenceInProse } from '../serial-frame/prose.ts'
import { decodeUtf8 } from '../utf8.ts'
import { readCsvRow } from './csv-row.ts'
import { jsonSpelling, readingOf, textSpelling } from './fields.ts'
import { looksLikeKeyValue, readKeyValue } from './key-value.ts'
import { withoutChecksum } from './line-checksum.ts'
import { quickJson } from './quick-json.ts'
import { repeatedName } from './repeated-name.ts'

const isRequired = (checksum: string | undefined) => checksum === 'required' || checksum === 'crc32'

export const genericCodec: Codec = {
  name: 'generic',
  decode,
  quick: (bytes, from, to, { meta }) => (isRequired(meta['checksum']) ? undefined : quickJson(bytes, from, to)),
}

function decode(frame: Uint8Array, { meta }: FrameContext): Result<readonly Reading[], Rejection> {
  const body = withoutChecksum(frame, meta['checksum'] === 'crc32' ? 'crc32' : 'crc16')
  if (!(body instanceof Uint8Array))
    return reject('bad-checksum', `${body.wrong}: the line was damaged on its way; its bytes are kept`)
  if (body === frame && isRequired(meta['checksum']))
    return reject(
      'bad-checksum',
      `the line has no checksum, and this source requires one: end it with *${meta['checksum'] === 'crc32' ? 'HHHHHHHH' : 'HHHH'}`,
    )
  const text = decodeUtf8(body)
  if (text === undefined)
    return reject('bad-utf8', 'the frame is not UTF-8 text; set the sender to UTF-8, or check the line for noise')
  const start = text.search(/\S/)
  const device = meta['device'] ?? deviceOfTopic(meta['topic'])
  if (text[start] === '{' || text[start] === '[') return readJson(text, device)
  const columns = meta['columns']
  if (columns === undefined && looksLikeKeyValue(text)) {
    const pairs = readKeyValue(text)
    return pairs.ok ? one(readingOf((name) => pairs.value.get(name), textSpelling, device)) : pairs
  }
  const row = readCsvRow(text, columns, { separator: meta['separator'], rename: meta['rename'] })
  if (!row.ok) return row
  if (row.value === 'header') return ok([])
  const cells = row.value
  const isMapped = meta['rename'] !== undefined
  return one(readingOf((name) => (isMapped ? wordOf(name, cells.get(name)) : cells.get(name)), textSpelling, device))
}

/** Files with columns of their own have words of their own: "belegt", "free". What is neither stays, and is a bad field. */
function wordOf(name: string, cell: string | undefined): string | undefined {
  if (name !== 'occupied' || cell === undefined || textSpelling.boolean(cell) !== undefined) return cell
  const presence = presenceInProse(cell)
  return presence === undefined ? cell : String(presence)
}

const one = (result: Result<Reading, Rejection>): Result<readonly Reading[], Rejection> =>
  result.ok ? ok([result.value]) : result

function readJson(text: string, device: string | undefined): Result<readonly Reading[], Rejection> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return reject('not-json', `the frame starts like JSON and is not: ${(error as Error).message.slice(0, 200)}`)
  }
  const twice = repeatedName(text, namesIn(value))
  if (twice !== undefined)
    return reject(
      'bad-field',
      `the reading has ${quoted(twice)} twice, and which value is meant is not known; send each name once`,
    )
  if (!Array.isArray(value)) return one(readObject(value, device))
  if (value.length > frameReadingsMax)
    return reject(
      'too-many-readings',
      `${value.length} readings in one frame; at most ${frameReadingsMax} are taken: send the array by HTTP, or in several frames`,
    )
  const readings: Reading[] = []
  for (const [index, element] of value.entries()) {
    const reading = readObject(element, device)
    if (!reading.ok) return reject(reading.error.code, `element ${index} of the array: ${reading.error.detail}`)
    readings.push(reading.value)
  }
  return ok(readings)
}

const namesIn = (value: unknown): number =>
  Array.isArray(value) ? value.reduce<number>((sum, one) => sum + ownNames(one), 0) : ownNames(value)
const ownNames = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value).length : 0)

function readObject(value: unknown, device: string | undefined): Result<Reading, Rejection> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return reject(
      'not-an-object',
      `${quoted(value)} is not an object like {"device":"A-017","seq":412,"occupied":true}`,
    )
  const fields = value as Record<string, unknown>
  return readingOf((name) => (Object.hasOwn(fields, name) ? fields[name] : undefined), jsonSpelling, device)
}

/** `baykeeper/<device>/reading`, the default topic: a frame without `device` means the one in the topic. */
function deviceOfTopic(topic: string | undefined): string | undefined {
  const parts = topic?.split('/')
  return parts?.length === 3 && parts[0] === 'baykeeper' && parts[2] === 'reading' ? parts[1] : undefined
}
