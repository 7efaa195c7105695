/** A violation of the protocol, and what is wrong with the name of a topic. */
import { malformed, type PacketFields } from './packet-fields.ts'
import { topicLevelsMax } from './topic-filter.ts'

export interface PacketFault {
  /** One sentence for the log. */
  readonly reason: string
  /** Sent before the connection is closed: a CONNACK that names the reason. */
  readonly answer?: Buffer
  /** Messages that are refused with it. */
  readonly frames: 0 | 1
}

export const fault = (reason: string, frames: 0 | 1 = 0): PacketFault => ({ reason, frames })

/** What is wrong with the name of a topic; undefined when nothing is. */
export function topicFault(topic: ReturnType<PacketFields['text']>): string | undefined {
  if (topic === undefined) return 'the packet ends within its topic [3.3.2.1]'
  if (topic === malformed) return 'the topic is not well-formed UTF-8 or holds U+0000 [MQTT-1.5.3-1, MQTT-1.5.3-2]'
  if (topic === '') return 'the topic is empty [MQTT-4.7.3-1]'
  if (/[+#]/.test(topic)) return 'the topic holds a wildcard [MQTT-3.3.2-2]'
  if (topic.length > topicLevelsMax && topic.split('/').length > topicLevelsMax)
    return `the topic has more than ${topicLevelsMax} levels`
  return undefined
}
