/**
 * Messages of a serial port that is not set to plain lines: a framing with a check (`wire`, `check`), lines of prose (`patterns`), answers of Modbus RTU
 * (`modbus`). What the port was set to travels with each frame, so that the journal is read the same way after the settings change.
 *
 * Inside of the framing stands a reading in one of the generic spellings, unless patterns name another form.
 */
import { fieldsOfLine, type LinePattern, linePattern } from '../../domain/line-pattern.ts'
import type { Reading, Rejection } from '../../domain/reading.ts'
import { crc16Modbus } from '../../lib/crc.ts'
import { ok, type Result } from '../../lib/result.ts'
import {
  type SerialCheck,
  type SerialFraming,
  serialChecks,
  serialFramings,
  unchecked,
  unframed,
} from '../../lib/serial-framing.ts'
import type { Codec, FrameContext } from '../codec.ts'
import { genericCodec } from '../generic/decode.ts'
import { jsonSpelling, readingOf, textSpelling } from '../generic/fields.ts'
import { quoted, reject } from '../rejection.ts'
import { decodeUtf8 } from '../utf8.ts'
import { presenceInProse } from './prose.ts'
import { askedOf, valuesOf } from './registers.ts'

type Answer = Result<readonly Reading[], Rejection>

export const serialFrameCodec: Codec = { name: 'serial-frame', decode }

function decode(frame: Uint8Array, context: FrameContext): Answer {
  const { meta } = context
  if (meta['modbus'] !== undefined) return readRegisters(frame, meta['modbus'])
  const framing = serialFramings.find((each) => each === meta['wire'])
  const message = framing === undefined ? ok(frame) : messageIn(framing, checkOf(meta['check']), frame)
  if (!message.ok)
    return reject('bad-checksum', `${message.error}: the frame was damaged on its way; its bytes are kept`)
  if (meta['patterns'] !== undefined) return readProse(message.value, patternsOf(meta['patterns']), meta['device'])
  return genericCodec.decode(message.value, context)
}

const checkOf = (text: string | undefined): SerialCheck => serialChecks.find((each) => each === text) ?? 'none'

function messageIn(framing: SerialFraming, check: SerialCheck, frame: Uint8Array): Result<Uint8Array, string> {
  const message = unframed(framing, frame)
  return message.ok ? unchecked(check, message.value) : message
}

const known = new Map<string, readonly LinePattern[]>()
const knownMax = 64

/** Patterns repeat from frame to frame. */
function patternsOf(text: string): readonly LinePattern[] {
  const before = known.get(text)
  if (before) return before
  const read = sourcesIn(text).flatMap((source) => {
    const pattern = typeof source === 'string' ? linePattern(source) : undefined
    return pattern?.ok ? [pattern.value] : []
  })
  if (known.size >= knownMax) known.clear()
  known.set(text, read)
  return read
}

function sourcesIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    // A frame without patterns that can be read fits none of them, and is rejected for that.
    return []
  }
}

function readProse(message: Uint8Array, patterns: readonly LinePattern[], device: string | undefined): Answer {
  const text = decodeUtf8(message)
  if (text === undefined) return reject('bad-utf8', 'the line is not UTF-8 text; check the speed of the port')
  for (const pattern of patterns) {
    const found = fieldsOfLine(pattern, text)
    if (!found) continue
    if (!found.ok) return reject('bad-field', found.error)
    const fields = found.value
    const presenceText = fields.get('occupied')
    const presence = presenceText === undefined ? undefined : presenceOf(presenceText)
    if (presenceText !== undefined && presence === undefined)
      return reject(
        'bad-field',
        `${quoted(presenceText)} can be read as occupied and as free, or as neither; the bay is unchanged`,
      )
    const reading = readingOf((name) => (name === 'occupied' ? presence : fields.get(name)), textSpelling, device)
    return reading.ok ? ok([reading.value]) : reading
  }
  return reject(
    'bad-field',
    `the line ${quoted(text)} has none of the ${patterns.length} forms of this port; add one to its patterns`,
  )
}

/** In the spelling of texts. */
function presenceOf(text: string): string | undefined {
  const value = textSpelling.boolean(text)
  if (value !== undefined) return text
  const presence = presenceInProse(text)
  return presence === undefined ? undefined : String(presence)
}

function readRegisters(answer: Uint8Array, map: string): Answer {
  const what = askedOf(map)
  if (!what) return reject('unknown-format', 'the register map of the frame cannot be read by this release')
  const body = answer.subarray(0, Math.max(0, answer.length - 2))
  const claimed = (answer[answer.length - 2] ?? 0) + 256 * (answer[answer.length - 1] ?? 0)
  if (answer.length < 5 || crc16Modbus(body) !== claimed)
    return reject(
      'bad-checksum',
      'the CRC of the Modbus answer is wrong: it was damaged on its way; its bytes are kept',
    )
  const values = valuesOf(answer, what)
  if (!values.ok) return reject('bad-field', values.error)
  const readings: Reading[] = []
  for (const [device, fields] of values.value) {
    const reading = readingOf((name) => fields.get(name), jsonSpelling, device)
    // A device whose every value means "not measured" has answered and measured nothing.
    if (reading.ok) readings.push(reading.value)
    else if (reading.error.code !== 'no-measure')
      return reject(reading.error.code, `${quoted(device)}: ${reading.error.detail}`)
  }
  return ok(readings)
}
