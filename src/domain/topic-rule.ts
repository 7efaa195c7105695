/**
 * How messages of an MQTT topic are read that was not made for this server: which part of the topic is the device, and which value of the
 * payload is which field of a reading. The rule travels with each message, so that the journal is read the same way after the settings change.
 */
import * as z from 'zod'
import { measures } from './measures.ts'

const fieldNames = ['occupied', 'time', 'bay', ...measures.map(({ name }) => name)] as const
export type RuleField = (typeof fieldNames)[number]

const pointer = z
  .string()
  .max(256)
  .regex(/^(?:$|\/)/, 'must be a JSON pointer like /battery, or empty for the whole payload')
const words = z.array(z.string().max(64)).min(1).max(32)

const value = z.union([
  pointer,
  z.strictObject({
    at: pointer.describe('JSON pointer within the payload; empty: the payload itself'),
    taken: words
      .optional()
      .describe('values of occupied that mean a taken bay; others than these and free are unknown'),
    free: words.optional().describe('values of occupied that mean a free bay'),
    above: z.number().optional().describe('occupied: a number above this is a taken bay, any other number a free one'),
    below: z.number().optional().describe('occupied: a number below this is a taken bay, any other number a free one'),
    times: z.number().optional().describe('a number is multiplied by this: 10 makes mm of cm'),
    unknown: words.optional().describe('values that are no measurement'),
  }),
])
export type RuleValue = z.output<typeof value>

const levelForm = /^(?:\+|#|\{[a-z]+\}|[^+#{}]*)$/

/** Why a text is no pattern of topics: each level is text, `{name}`, `+` or, at the end, `#`. */
export function topicPatternFault(text: string): string | undefined {
  if (text === '' || Buffer.byteLength(text) > 65_535) return 'a topic pattern has 1 to 65535 bytes'
  if (text.includes('\0')) return 'a topic pattern must not contain a NUL character'
  const levels = text.split('/')
  const wrong = levels.find((level, i) => !levelForm.test(level) || (level === '#' && i < levels.length - 1))
  if (wrong !== undefined)
    return `"${wrong}" is no level of a topic pattern: give text, {name}, + or, as the last level, #`
  return undefined
}

const pattern = z.string().superRefine((text, context) => {
  const message = topicPatternFault(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

export const topicRule = z.strictObject({
  topic: pattern.describe('topic with {name} for each level that is used, + and # for those that are not'),
  ignore: z.literal(true).optional().describe('messages of the topic are no readings'),
  device: z
    .string()
    .min(1)
    .max(256)
    .default('{device}')
    .describe('device: text with the names of the topic, or a JSON pointer into the payload'),
  fields: z
    .partialRecord(z.enum(fieldNames), z.union([value, z.array(value).min(1).max(16)]))
    .default({})
    .describe('field of a reading: where its value is; of several places the first that has one'),
  online: z
    .strictObject({ at: pointer.default(''), yes: words, no: words })
    .optional()
    .describe('the payload states whether the device is connected: one that is not does not know its bay'),
  zone: z.string().max(64).optional().describe('zone of times that have no offset; without it such a time is left out'),
})
export type TopicRule = z.output<typeof topicRule>

/** What is right alone and wrong together. */
export function topicRuleFault({ topic, ignore, device, fields, online }: TopicRule): string | undefined {
  const names = new Set(topic.match(/\{[a-z]+\}/g) ?? [])
  if (ignore) return undefined
  const unknown = device.startsWith('/') ? undefined : device.match(/\{[a-z]+\}/g)?.find((name) => !names.has(name))
  if (unknown !== undefined) return `the topic has no ${unknown}, which device names`
  if (!online && Object.keys(fields).length === 0)
    return 'give fields, online or ignore: nothing of its messages is read'
  const misplaced = Object.entries(fields).find(
    ([name, places]) =>
      name !== 'occupied' &&
      [places]
        .flat()
        .some(
          (place) =>
            typeof place === 'object' && (place.taken ?? place.free ?? place.above ?? place.below) !== undefined,
        ),
  )
  return misplaced && `fields.${misplaced[0]}: taken, free, above and below are for occupied`
}

/** The filter that subscribes to the topics of a rule. */
export const filterOf = ({ topic }: Pick<TopicRule, 'topic'>): string => topic.replace(/\{[a-z]+\}/g, '+')

/** Names and levels of a topic that the pattern matches; undefined where it does not. */
export function namesIn(pattern: string, topic: string): ReadonlyMap<string, string> | undefined {
  const wanted = pattern.split('/')
  const levels = topic.split('/')
  const names = new Map<string, string>()
  if (topic.startsWith('$') && !pattern.startsWith('$')) return undefined
  for (const [i, want] of wanted.entries()) {
    if (want === '#') return names
    const level = levels[i]
    if (level === undefined) return undefined
    if (want.startsWith('{')) names.set(want, level)
    else if (want !== '+' && want !== level) return undefined
  }
  return wanted.length === levels.length ? names : undefined
}

/** For people: `lot/{device}/state: occupied of the payload, battery_pct of /battery`. */
export function ruleAsText({ topic, ignore, device, fields, online }: TopicRule): string {
  if (ignore) return `${topic}: no reading`
  const placeText = (place: RuleValue) => (typeof place === 'string' ? place : place.at) || 'the payload'
  const read = Object.entries(fields).map(
    ([name, places]) => `${name} of ${[places].flat().map(placeText).join(' or ')}`,
  )
  const state = online ? [`connected or not of ${placeText(online)}`] : []
  return `${topic}: device ${device}, ${[...state, ...read].join(', ')}`
}
