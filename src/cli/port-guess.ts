/**
 * What the bytes of a serial port are: every setting a port can have is tried with the code that would read them, and the one that reads most of them is
 * the guess. Nothing is guessed from names, and a guess shows what it reads, so that a person can judge it.
 */
import { codecOf } from '../codecs/registry.ts'
import { presenceInProse } from '../codecs/serial-frame/prose.ts'
import type { Reading } from '../domain/reading.ts'
import { instant } from '../lib/brand.ts'
import { frameSpans } from '../lib/frames.ts'
import { serialChecks, serialFramings } from '../lib/serial-framing.ts'
import { type CutterSettings, createPortCutter } from '../sources/serial/port-cutter.ts'

export interface PortGuess {
  readonly settings: CutterSettings
  /** Messages that are readings, and all that were cut. */
  readonly read: number
  readonly messages: number
  /** The first few readings. */
  readonly shown: readonly Reading[]
  /** The device is not named in the messages: `settings.device` holds a name to replace. */
  readonly needsDevice: boolean
}

/** A name to replace. */
export const placeholderDevice = 'sensor-1'
/** Columns that boards send without a row that names them. */
const columnForms = [
  'device,occupied',
  'device,distance_mm',
  'device,seq,occupied',
  'device,seq,distance_mm',
  'distance_mm',
  'occupied',
]
const shownMax = 5
/** So much of it must be read, and so many messages, for a guess. */
const shareMin = 0.6
export const messagesMin = 2

function triesOf(text: string | undefined): CutterSettings[] {
  const lines: CutterSettings[] = [{}, { framing: 'cr' }]
  // Longer lengths first: a short one reads the first byte of a long one as an empty message.
  const framed = serialFramings
    .filter((framing) => framing !== 'cr')
    .toReversed()
    // A check first: without it a wrong length or a changed byte can pass.
    .flatMap((framing) => serialChecks.toReversed().map((check) => ({ framing, check })))
  const columns = (['lines', 'cr'] as const).flatMap((framing) =>
    columnForms.map((each) => ({ framing, columns: each })),
  )
  const prose = text === undefined ? [] : patternsFor(text).map((pattern) => ({ patterns: [pattern] }))
  const plain = [...lines, ...framed, ...columns, ...prose]
  return [...plain, ...plain.map((settings) => ({ ...settings, device: placeholderDevice }))]
}

/** The best of all settings, or undefined where none reads most of the messages. */
export function guessPort(bytes: Buffer): PortGuess | undefined {
  let best: PortGuess | undefined
  for (const settings of triesOf(textOf(bytes))) {
    const guess = tried(settings, bytes)
    if (guess.read < messagesMin || guess.read < shareMin * guess.messages) continue
    if (!best || guess.read / guess.messages > best.read / best.messages + 1e-9) best = guess
  }
  return best
}

function tried(settings: CutterSettings, bytes: Buffer): PortGuess {
  const cutter = createPortCutter(settings, () => false)
  const shown: Reading[] = []
  let [read, messages] = [0, 0]
  for (const cut of cutter.push(bytes)) {
    if ('noise' in cut) continue
    const { delivery } = cut
    const codec = codecOf(delivery.codec)
    const spans = frameSpans(delivery.framing, delivery.bytes)
    for (let i = 0; i < spans.length; i += 2) {
      messages++
      const frame = delivery.bytes.subarray(spans[i], spans[i + 1])
      const result = codec?.decode(frame, { arrivedAt: instant(0), meta: delivery.meta ?? {} })
      if (!result?.ok || result.value.length === 0) continue
      read++
      if (shown.length < shownMax) shown.push(...result.value.slice(0, 1))
    }
  }
  // Bytes in no message count as one that is not read: a framing that finds two messages in a flood of others is none.
  const rest = cutter.rest().length > bytes.length / 4 ? 1 : 0
  return { settings, read, messages: messages + rest, shown, needsDevice: settings.device !== undefined }
}

const printable = /^[\t\r\n\x20-\x7e\u00a0-\uffff]*$/

/** Undefined where the bytes are no text: another speed, or a framing of bytes. */
function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes.subarray(bytes.indexOf(10) + 1, bytes.lastIndexOf(10)),
    )
    return printable.test(text) ? text : undefined
  } catch {
    // Not UTF-8.
    return undefined
  }
}

/** Patterns that the first lines of prose suggest: the number before mm or cm, a state behind a colon or at the end, a name with a digit before it. */
function patternsFor(text: string): string[] {
  const found = new Set<string>()
  for (const line of text.split(/\r?\n/).slice(0, 20)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.length > 200 || /[{}]/.test(trimmed)) continue
    const distance = trimmed.replace(
      /\d+(?:[.,]\d+)?(\s*)(mm|cm)\b/i,
      (_, gap: string, unit: string) => `{distance_${unit.toLowerCase()}}${gap}${unit}`,
    )
    const named = (pattern: string) => pattern.replace(/^([^{\d]*?)\b(\w*\d\w*)(?=[^\d])/, '$1{device}')
    if (distance !== trimmed) for (const each of [distance, named(distance)]) found.add(each)
    const [, head = '', state = ''] = /^(.*(?:[:=]|\bis\b|\bist\b)\s*)(.+)$/i.exec(trimmed) ?? []
    if (presenceInProse(state) !== undefined)
      for (const each of [`${head}{occupied}`, named(`${head}{occupied}`)]) found.add(each)
  }
  return [...found]
}
