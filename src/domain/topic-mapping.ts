/** The rules of one source, in their order: its own, and those of presets. */
import * as z from 'zod'
import { presetOf, topicPresets } from './topic-presets/list.ts'
import { filterOf, namesIn, type TopicRule, topicRule, topicRuleFault } from './topic-rule.ts'

const presetNames = topicPresets.map(({ name }) => name) as [string, ...string[]]

const fromPreset = z.strictObject({
  preset: z.enum(presetNames).describe('rules for the topics of a program'),
  base: z.string().min(1).max(256).optional().describe('where the program has another base topic than its usual one'),
})

export const topicMapping = z
  .array(z.union([fromPreset, topicRule]))
  .max(100)
  .default([])
  .describe('how topics of other programs are read; the first rule that matches counts')
export type TopicMapping = z.output<typeof topicMapping>

/** What is wrong with a rule of it, by its index. */
export const topicMappingFaults = (mapping: TopicMapping): { readonly index: number; readonly message: string }[] =>
  mapping.flatMap((one, index) => {
    const message = 'preset' in one ? undefined : topicRuleFault(one)
    return message === undefined ? [] : [{ index, message }]
  })

export const rulesOf = (mapping: TopicMapping): readonly TopicRule[] =>
  mapping.flatMap((one) => {
    if (!('preset' in one)) return [one]
    const preset = presetOf(one.preset)
    const { base } = one
    if (!preset || base === undefined || preset.base === '') return preset?.rules ?? []
    return preset.rules.map((rule) =>
      rule.topic.startsWith(`${preset.base}/`) ? { ...rule, topic: base + rule.topic.slice(preset.base.length) } : rule,
    )
  })

/** What a client subscribes to for the rules that read something. */
export const filtersOf = (rules: readonly TopicRule[]): readonly string[] => [
  ...new Set(rules.filter(({ ignore }) => !ignore).map(filterOf)),
]

/** The rule of a topic as it travels with a message; undefined where none is about it. What was asked last is remembered. */
export function createTopicRules(rules: readonly TopicRule[]): (topic: string) => string | undefined {
  const texts = rules.map((rule) => JSON.stringify(rule))
  const known = new Map<string, string | undefined>()
  return (topic) => {
    if (texts.length === 0) return undefined
    if (known.has(topic)) return known.get(topic)
    const text = texts[rules.findIndex((rule) => namesIn(rule.topic, topic) !== undefined)]
    if (known.size >= topicsKnownMax) known.clear()
    if (topic.length <= topicKnownCharsMax) known.set(topic, text)
    return text
  }
}

const topicsKnownMax = 10_000
const topicKnownCharsMax = 256
