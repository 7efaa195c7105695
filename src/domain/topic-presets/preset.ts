/** Rules for the topics of one program, as it publishes them with its usual settings. A new preset is a file here, a line in `list.ts` and its recorded messages. */
import { type TopicRule, topicRule } from '../topic-rule.ts'

export interface TopicPreset {
  readonly name: string
  /** One line for people: what is read, and what is not. */
  readonly about: string
  /** Of its topics, as the program sets it. */
  readonly base: string
  /** `base` at the begin of a topic is replaced by the one that is configured. The first rule that matches counts. */
  readonly rules: readonly TopicRule[]
}

export const declarePreset = (
  preset: Omit<TopicPreset, 'rules'> & { readonly rules: readonly Parameters<typeof topicRule.parse>[0][] },
): TopicPreset => ({ ...preset, rules: preset.rules.map((rule) => topicRule.parse(rule)) })
