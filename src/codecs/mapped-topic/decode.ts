/**
 * Messages of other programs' MQTT topics, by the rule that travels with each (domain/topic-rule.ts).
 *
 * - What a program writes where it does not know (`null`, `unavailable`, `unknown`, `nan`, nothing) is unknown for a presence, and no value for a measure.
 * - A device that is reported as not connected does not know its bay. One that is connected, or sends nothing that the rule reads, is alive.
 * - An empty payload takes a retained message away at the broker: it reports nothing.
 */
import type { Reading, Rejection } from '../../domain/reading.ts'
import { namesIn, type RuleField, type RuleValue, type TopicRule, topicRule } from '../../domain/topic-rule.ts'
import { zoneInstant } from '../../domain/zone-instant.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { Codec } from '../codec.ts'
import { readingOf, type Spelling, textSpelling } from '../generic/fields.ts'
import { valueAt } from '../pulled-feed/json-pointer.ts'
import { quoted, reject } from '../rejection.ts'
import { presenceInProse } from '../serial-frame/prose.ts'
import { parseTime } from '../time.ts'
import { decodeUtf8 } from '../utf8.ts'

type Answer = Result<readonly Reading[], Rejection>

export const mappedTopicCodec: Codec = {
  name: 'mapped-topic',
  decode(frame, { meta }) {
    const rule = ruleOf(meta['rule'] ?? '')
    const topic = meta['topic'] ?? ''
    const names = rule && namesIn(rule.topic, topic)
    if (!names) return reject('unknown-format', 'the rule of the topic cannot be read by this release')
    if (rule.ignore || frame.length === 0) return ok([])
    const text = decodeUtf8(frame)
    if (text === undefined) return reject('bad-utf8', `the message to ${quoted(topic)} is not UTF-8 text`)
    const payload = payloadOf(text, rule)
    return payload.ok ? readingIn(payload.value, text.trim(), rule, names) : payload
  },
}

const known = new Map<string, TopicRule>()
const knownMax = 256

function ruleOf(text: string): TopicRule | undefined {
  const before = known.get(text)
  if (before) return before
  try {
    const rule = topicRule.parse(JSON.parse(text))
    if (known.size >= knownMax) known.clear()
    known.set(text, rule)
    return rule
  } catch {
    // The message has no rule that can be read: it is answered for as a rejection.
    return undefined
  }
}

const placesOf = (places: RuleValue | readonly RuleValue[] | undefined): readonly Exclude<RuleValue, string>[] =>
  places === undefined ? [] : [places].flat().map((place) => (typeof place === 'string' ? { at: place } : place))

/** JSON where the rule looks into it, else the text. */
function payloadOf(text: string, { device, fields, online }: TopicRule): Result<unknown, Rejection> {
  const looksInside =
    device.startsWith('/') ||
    (online?.at ?? '') !== '' ||
    Object.values(fields).some((places) => placesOf(places).some(({ at }) => at !== ''))
  if (!looksInside) return ok(text.trim())
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    return reject('not-json', `the payload is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

function readingIn(payload: unknown, text: string, rule: TopicRule, names: ReadonlyMap<string, string>): Answer {
  const device = deviceOf(payload, rule, names)
  if (!device.ok) return device
  const connected = rule.online && isOnline(payload, text, rule.online)
  if (connected === 'other')
    return reject('bad-field', `${quoted(text)} states neither that the device is connected nor that it is not`)
  if (connected === false)
    return one(readingOf((name) => ({ device: device.value, occupied: null })[name as 'device'], spelling, undefined))
  return fieldsOf(payload, rule, device.value)
}

const one = (result: Result<Reading, Rejection>): Answer => (result.ok ? ok([result.value]) : result)

/** Nothing was measured, and the device is heard. */
function alive(device: string): Answer {
  const reading = readingOf((name) => ({ device, occupied: null })[name as 'device'], spelling, undefined)
  return reading.ok ? ok([{ device: reading.value.device, kind: 'heartbeat', measures: {} }]) : reading
}

function deviceOf(
  payload: unknown,
  { device }: TopicRule,
  names: ReadonlyMap<string, string>,
): Result<string, Rejection> {
  if (!device.startsWith('/')) return ok(device.replace(/\{[a-z]+\}/g, (name) => names.get(name) ?? ''))
  const found = spelling.text(valueAt(payload, device))
  return found === undefined || found === ''
    ? reject('no-device', `the payload names no device at ${quoted(device)}`)
    : ok(found)
}

function isOnline(
  payload: unknown,
  text: string,
  { at, yes, no }: NonNullable<TopicRule['online']>,
): boolean | 'other' {
  const raw = at === '' ? text.replace(/\s/g, '') : spelled(valueAt(payload, at))
  const isIn = (words: readonly string[]) => words.some((word) => word.toLowerCase() === raw.toLowerCase())
  return isIn(yes) ? true : isIn(no) ? false : 'other'
}

const spelled = (raw: unknown): string => (typeof raw === 'object' ? JSON.stringify(raw) : String(raw)).trim()

/** What programs write where they have no value. */
const noValue: ReadonlySet<string> = new Set(['', 'null', 'none', 'nan', 'unknown', 'unavailable', 'undefined'])
const isNoValue = (raw: unknown, unknown: readonly string[] = []) => {
  const text = spelled(raw)
  return raw === null || noValue.has(text.toLowerCase()) || unknown.includes(text)
}

function fieldsOf(payload: unknown, { fields, zone }: TopicRule, device: string): Answer {
  const values = new Map<string, unknown>([['device', device]])
  for (const [name, places] of Object.entries(fields) as [RuleField, RuleValue | readonly RuleValue[]][]) {
    const found = valueIn(payload, placesOf(places), name)
    if (found === undefined) continue
    if (name === 'occupied') {
      const presence = presenceOf(found.raw, found.place)
      if (!presence.ok) return reject('bad-field', presence.error)
      values.set(name, presence.value)
    } else if (name === 'time') values.set(name, timeOf(found.raw, zone))
    else values.set(name, scaled(found.raw, found.place.times))
  }
  if ([...values.keys()].every((name) => name === 'device' || name === 'time' || name === 'bay')) return alive(device)
  return one(readingOf((name) => values.get(name), spelling, undefined))
}

type Place = Exclude<RuleValue, string>
interface Found {
  readonly raw: unknown
  readonly place: Place
}

/** The first place that has a value; for a presence one that is there and unknown counts too. */
function valueIn(payload: unknown, places: readonly Place[], name: RuleField): Found | undefined {
  const found = places
    .map((place): Found => ({ raw: place.at === '' ? payload : valueAt(payload, place.at), place }))
    .filter(({ raw }) => raw !== undefined)
  const known = found.find(({ raw, place }) => !isNoValue(raw, place.unknown))
  return known ?? (name === 'occupied' ? found[0] : undefined)
}

function presenceOf(raw: unknown, { taken, free, above, below, unknown }: Place): Result<boolean | null, string> {
  if (isNoValue(raw, unknown)) return ok(null)
  const limit = above ?? below
  if (limit !== undefined) {
    const number = spelling.number(raw)
    if (number === undefined) return fail(`${quoted(raw)} is no number to compare with ${limit}`)
    return ok(above === undefined ? number < limit : number > limit)
  }
  const text = spelled(raw)
  const isIn = (words: readonly string[] | undefined) =>
    words?.some((word) => word.toLowerCase() === text.toLowerCase())
  if (isIn(taken)) return ok(true)
  if (isIn(free)) return ok(false)
  if (taken || free) return fail(`${quoted(raw)} is neither among the values of a taken bay nor of a free one`)
  const presence = spelling.boolean(raw)
  return presence === undefined ? fail(`${quoted(raw)} can be read as taken and as free, or as neither`) : ok(presence)
}

const switchWords: Readonly<Record<string, boolean>> = { on: true, off: false }

const spelling: Spelling = {
  absent: (raw) => raw === undefined || raw === '',
  number: (raw) =>
    typeof raw === 'number' ? raw : typeof raw === 'string' ? textSpelling.number(raw.trim()) : undefined,
  boolean: (raw) => {
    if (typeof raw === 'boolean' || raw === null) return raw
    if (raw === 0 || raw === 1) return raw === 1
    if (typeof raw !== 'string') return undefined
    const word = raw.trim().toLowerCase()
    return switchWords[word] ?? textSpelling.boolean(word) ?? presenceInProse(raw)
  },
  text: (raw) => (typeof raw === 'string' ? raw : Number.isSafeInteger(raw) ? String(raw) : undefined),
}

function scaled(raw: unknown, times: number | undefined): unknown {
  const number = spelling.number(raw)
  if (number === undefined || times === undefined) return raw
  // 0.1 + 0.2: no unit here is finer than a millionth.
  return Math.round(number * times * 1e6) / 1e6
}

/** As ISO 8601 with an offset, or undefined where the instant is not known. A number is seconds or milliseconds since 1970, by its size. */
function timeOf(raw: unknown, zone: string | undefined): string | undefined {
  if (typeof raw === 'number' && raw > 0 && raw < 1e14) return new Date(raw < 1e11 ? raw * 1_000 : raw).toISOString()
  if (typeof raw !== 'string') return undefined
  const text = raw.trim().replace(' ', 'T')
  if (parseTime(text) !== undefined) return text
  const local = zone === undefined ? undefined : zoneInstant(text, zone)
  return local === undefined ? undefined : new Date(local).toISOString()
}
