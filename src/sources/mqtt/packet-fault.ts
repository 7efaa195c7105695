/**
 * What the standard calls a protocol violation by a client, for each packet it can send (MQTT 3.1.1, OASIS Standard). The server then
 * closes the connection (4.8.0-1). Numbers in brackets are those of the normative statements.
 */
import { connectFault } from './connect-fault.ts'
import { malformed, type PacketFields, packetFields } from './packet-fields.ts'
import { fault, type PacketFault, topicFault } from './protocol-fault.ts'
import { isTopicFilter } from './topic-filter.ts'

const names = {
  1: 'CONNECT',
  3: 'PUBLISH',
  4: 'PUBACK',
  5: 'PUBREC',
  6: 'PUBREL',
  7: 'PUBCOMP',
  8: 'SUBSCRIBE',
  10: 'UNSUBSCRIBE',
  12: 'PINGREQ',
  14: 'DISCONNECT',
} as const
type ClientPacket = keyof typeof names

/** By the first byte of a packet alone. `first`: nothing came before it on this connection. */
export function headerFault(header: number, first: boolean): PacketFault | undefined {
  const kind = header >> 4
  const flags = header & 0x0f
  if (!(kind in names)) return fault(`packet type ${kind} is none that a client sends [2.2.1]`)
  const name = names[kind as ClientPacket]
  if (first !== (name === 'CONNECT'))
    return fault(first ? `the first packet is ${name} [MQTT-3.1.0-1]` : 'a second CONNECT [MQTT-3.1.0-2]')
  if (name === 'PUBLISH') return publishFlagsFault(flags)
  const required = name === 'PUBREL' || name === 'SUBSCRIBE' || name === 'UNSUBSCRIBE' ? 2 : 0
  return flags === required ? undefined : fault(`${name} with reserved flags ${flags} [MQTT-2.2.2-2]`)
}

/** By what follows the length of a packet whose header is right. */
export function bodyFault(header: number, body: Buffer): PacketFault | undefined {
  const name = names[(header >> 4) as ClientPacket]
  const fields = packetFields(body)
  if (name === 'PUBLISH') return publishFault(qosOf(header), fields)
  if (name === 'CONNECT') return connectFault(fields)
  if (name === 'SUBSCRIBE' || name === 'UNSUBSCRIBE') return filtersFault(name, fields)
  if (name === 'PINGREQ' || name === 'DISCONNECT')
    return body.length > 0 ? fault(`${name} with ${body.length} bytes more than it has [3.12, 3.14]`) : undefined
  return body.length === 2 ? idFault(name, fields) : fault(`${name} of ${body.length} bytes, not 2 [3.4.1]`)
}

const qosOf = (flags: number) => (flags >> 1) & 3

function publishFlagsFault(flags: number): PacketFault | undefined {
  if (qosOf(flags) === 3) return fault('PUBLISH with QoS 3 [MQTT-3.3.1-4]', 1)
  return qosOf(flags) === 0 && flags & 8 ? fault('PUBLISH with QoS 0 and DUP [MQTT-3.3.1-2]', 1) : undefined
}

function publishFault(qos: number, fields: PacketFields): PacketFault | undefined {
  const topic = fields.text()
  const wrong = topicFault(topic)
  if (wrong !== undefined) return fault(`PUBLISH: ${wrong}`, 1)
  return qos > 0 ? idFault('PUBLISH', fields, 1) : undefined
}

function filtersFault(name: 'SUBSCRIBE' | 'UNSUBSCRIBE', fields: PacketFields): PacketFault | undefined {
  const id = idFault(name, fields)
  if (id) return id
  if (fields.left === 0) return fault(`${name} without a topic filter [MQTT-3.8.3-3, MQTT-3.10.3-2]`)
  while (fields.left > 0) {
    const filter = fields.text()
    if (filter === undefined || filter === malformed)
      return fault(`${name} with a filter that is cut off or not well-formed UTF-8 [MQTT-1.5.3-1, MQTT-1.5.3-2]`)
    if (!isTopicFilter(filter))
      return fault(
        `${name} with the filter ${JSON.stringify(filter.slice(0, 100))} [MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1]`,
      )
    if (name === 'UNSUBSCRIBE') continue
    const qos = fields.byte()
    if (qos === undefined || qos > 2) return fault(`SUBSCRIBE that asks for QoS ${qos} [MQTT-3-8.3-4]`)
  }
  return undefined
}

function idFault(name: string, fields: PacketFields, frames: 0 | 1 = 0): PacketFault | undefined {
  const id = fields.uint16()
  if (id === undefined) return fault(`${name} that ends within its packet id [2.3.1]`, frames)
  return id === 0 ? fault(`${name} with packet id 0 [MQTT-2.3.1-1]`, frames) : undefined
}
