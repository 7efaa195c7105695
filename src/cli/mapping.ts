/** `baykeeper mapping test` and `baykeeper mapping presets`: what messages of MQTT topics would give, by the same rules and the same codec as in the server. */
import { mappedTopicCodec } from '../codecs/mapped-topic/decode.ts'
import { sourceNames } from '../config/source-names.ts'
import type { Reading } from '../domain/reading.ts'
import { createTopicRules, rulesOf, type TopicMapping, topicMapping } from '../domain/topic-mapping.ts'
import { topicPresets } from '../domain/topic-presets/list.ts'
import { ruleAsText } from '../domain/topic-rule.ts'
import { instant } from '../lib/brand.ts'
import { textOfFile } from './codec-vectors.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf } from './place.ts'

export interface MappingTestOptions extends PlaceOptions, Spoken {
  readonly preset?: string
  readonly base?: string
  readonly source?: string
}

type Outcome =
  | { readonly topic: string; readonly is: 'readings'; readonly readings: readonly string[] }
  | { readonly topic: string; readonly is: 'nothing' }
  | { readonly topic: string; readonly is: 'not-understood'; readonly reason: string }

export async function mappingTest(file: string, options: MappingTestOptions): Promise<number> {
  const ruleOf = createTopicRules(rulesOf(mappingOf(options)))
  const outcomes = messagesIn(textOfFile(file, 'recorded messages')).map(({ topic, payload }) =>
    outcomeOf(topic, payload, ruleOf(topic)),
  )
  if (outcomes.length === 0)
    throw new CommandFailed(
      exitCodes.failed,
      `${file} has no message: give lines "TOPIC PAYLOAD", as mosquitto_sub -v prints them`,
    )
  const wrong = outcomes.filter(({ is }) => is === 'not-understood').length
  print(
    options,
    { messages: outcomes, not_understood: wrong },
    () => [...outcomes.flatMap(linesOf), `${outcomes.length - wrong} of ${outcomes.length} messages understood`],
    { ok: wrong === 0 },
  )
  return wrong === 0 ? exitCodes.ok : exitCodes.failed
}

export function mappingPresets(options: Spoken): number {
  const presets = topicPresets.map(({ name, about, rules }) => ({ name, about, rules: rules.map(ruleAsText) }))
  print(options, { presets }, () =>
    presets.flatMap(({ name, about, rules }) => [`${name}: ${about}`, ...rules.map((rule) => `  ${rule}`)]),
  )
  return exitCodes.ok
}

function mappingOf({ preset, base, source, ...place }: MappingTestOptions): TopicMapping {
  if ((preset === undefined) === (source === undefined))
    throw new CommandFailed(
      exitCodes.usage,
      'name either a program with --preset or a source of the configuration with --source',
    )
  if (preset !== undefined) return topicMapping.parse([{ preset, ...(base === undefined ? {} : { base }) }])
  const { config } = placeOf(place)
  const named = sourceNames(config)
  const broker = (named.get('brokers') ?? []).findIndex(({ name }) => name === source)
  if (broker >= 0) return config.brokers[broker]?.mapping ?? []
  if ((named.get('mqtt') ?? []).some(({ name }) => name === source)) return config.mqtt.mapping
  throw new CommandFailed(exitCodes.usage, `the configuration has no MQTT source "${source?.slice(0, 64)}"`)
}

/** A topic has blanks seldom and a payload often: the first blank separates them. */
const messagesIn = (text: string) =>
  text.split(/\r?\n/).flatMap((line) => {
    if (line.trim() === '') return []
    const blank = line.indexOf(' ')
    return [{ topic: blank < 0 ? line : line.slice(0, blank), payload: blank < 0 ? '' : line.slice(blank + 1) }]
  })

function outcomeOf(topic: string, payload: string, rule: string | undefined): Outcome {
  if (rule === undefined) return { topic, is: 'not-understood', reason: 'no rule is about this topic' }
  const result = mappedTopicCodec.decode(new TextEncoder().encode(payload), {
    arrivedAt: instant(Date.now()),
    meta: { topic, rule },
  })
  if (!result.ok) return { topic, is: 'not-understood', reason: `${result.error.code}: ${result.error.detail}` }
  return result.value.length === 0
    ? { topic, is: 'nothing' }
    : { topic, is: 'readings', readings: result.value.map(shown) }
}

function shown({ device, kind, time, measures }: Reading): string {
  const at = time === undefined ? '' : ` at ${new Date(time).toISOString()}`
  return kind === 'heartbeat' ? `${device}: alive, nothing measured` : `${device}${at}: ${JSON.stringify(measures)}`
}

function linesOf(outcome: Outcome): string[] {
  if (outcome.is === 'readings') return outcome.readings.map((reading) => `${outcome.topic} -> ${reading}`)
  return [`${outcome.topic} -> ${outcome.is === 'nothing' ? 'no reading' : `not understood: ${outcome.reason}`}`]
}
