/** Packets of a client of MQTT 5, as packets of 3.1.1. What 3.1.1 has no word for is kept in the session, or left out. */

import { headerFault } from '../packet-fault.ts'
import { malformed, type PacketFields, packetFields } from '../packet-fields.ts'
import { topicFault } from '../protocol-fault.ts'
import { isTopicFilter } from '../topic-filter.ts'
import { field, packetOf, uint16 } from './bytes.ts'
import { connectOf } from './connect.ts'
import { ids, readProperties } from './properties.ts'
import { reasons, Version5Fault } from './reason.ts'
import { acknowledged, aliasedTopicBytesMax, filtersLeft, type Session5, topicAliasMax } from './session.ts'

/** `forBroker`: of 3.1.1. `forClient`: goes back at once. `ends`: the connection ends as if it had broken, with the will. */
export interface Taken {
  readonly forBroker?: Buffer | undefined
  readonly forClient?: Buffer | undefined
  readonly ends?: true
}

const puback = 4
const pubrec = 5
const pubcomp = 7

/** Throws Version5Fault. */
export function takeInbound(header: number, body: Buffer, session: Session5, first: boolean): Taken {
  const wrong = headerFault(header, first)
  if (wrong) throw new Version5Fault(first ? reasons.malformed : reasons.protocolError, wrong.reason, wrong.frames)
  const fields = packetFields(body)
  const kind = header >> 4
  if (kind === 1) return { forBroker: connectOf(body, session) }
  if (kind === 3) return { forBroker: publishOf(header, fields, session) }
  if (kind === 8) return { forBroker: subscribeOf(header, fields, session) }
  if (kind === 10) return { forBroker: unsubscribeOf(header, fields, session) }
  if (kind === 14) return disconnectOf(fields)
  if (kind === 12) {
    if (body.length > 0) throw new Version5Fault(reasons.malformed, `PINGREQ with ${body.length} bytes [3.12]`)
    return { forBroker: packetOf(header) }
  }
  return acknowledgementOf(header, fields, session)
}

function publishOf(header: number, fields: PacketFields, session: Session5): Buffer {
  const qos = (header >> 1) & 3
  const sent = fields.text()
  const id = qos > 0 ? idIn('PUBLISH', fields) : undefined
  const properties = readProperties(fields, 'PUBLISH')
  if (qos === 2 && session.halfOpen.add(id as number).size > session.halfOpenMax)
    throw new Version5Fault(
      reasons.tooManyOnTheirWay,
      `more than ${session.halfOpenMax} messages of QoS 2 on their way [MQTT-3.3.4-9]`,
      1,
    )
  if (properties.has(ids.subscriptionId))
    throw new Version5Fault(reasons.protocolError, 'PUBLISH with a subscription identifier [MQTT-3.3.4-6]', 1)
  const topic = aliased(sent, properties.get(ids.topicAlias), session)
  const wrong = topicFault(topic)
  if (wrong !== undefined)
    throw new Version5Fault(topic === malformed ? reasons.malformed : reasons.invalidTopic, `PUBLISH: ${wrong}`, 1)
  const answer = properties.get(ids.responseTopic)
  if (typeof answer === 'string' && topicFault(answer) !== undefined)
    throw new Version5Fault(
      reasons.protocolError,
      'PUBLISH with a response topic that holds a wildcard [MQTT-3.3.2-14]',
      1,
    )
  const payload = fields.take(fields.left) ?? Buffer.alloc(0)
  return packetOf(header, field(topic as string), ...(id === undefined ? [] : [uint16(id)]), payload)
}

/** The topic, or the one that its alias stands for (3.3.2.3.4). */
function aliased(
  topic: ReturnType<PacketFields['text']>,
  alias: unknown,
  { accepted, aliases }: Session5,
): typeof topic {
  if (alias === undefined) return topic
  // Their number comes with CONNACK; without it there are none (3.2.2.3.8).
  if (!accepted)
    throw new Version5Fault(reasons.protocolError, 'PUBLISH with a topic alias before CONNACK [MQTT-3.3.2-9]', 1)
  if (typeof alias !== 'number' || alias === 0 || alias > topicAliasMax)
    throw new Version5Fault(reasons.aliasInvalid, `PUBLISH with the topic alias ${String(alias)} [MQTT-3.3.2-9]`, 1)
  if (topic !== '') {
    if (typeof topic !== 'string' || topicFault(topic) !== undefined) return topic
    const bytes = Buffer.byteLength(topic)
    if (bytes > aliasedTopicBytesMax)
      throw new Version5Fault(
        reasons.aliasInvalid,
        `PUBLISH with an alias for a topic of ${bytes} bytes; it may have ${aliasedTopicBytesMax}`,
        1,
      )
    aliases.set(alias, topic)
    return topic
  }
  const before = aliases.get(alias)
  if (before === undefined)
    throw new Version5Fault(reasons.aliasInvalid, `PUBLISH with the topic alias ${alias}, which was not set`, 1)
  return before
}

function subscribeOf(header: number, fields: PacketFields, session: Session5): Buffer {
  const id = idIn('SUBSCRIBE', fields)
  if (readProperties(fields, 'SUBSCRIBE').has(ids.subscriptionId))
    throw new Version5Fault(reasons.noSubscriptionIds, 'SUBSCRIBE with a subscription identifier, which is not offered')
  const parts: Buffer[] = []
  const asked = new Map<string, boolean>()
  const askedMax = filtersLeft(session)
  while (fields.left > 0) {
    const filter = filterIn('SUBSCRIBE', fields)
    const options = fields.byte()
    if (options === undefined || options & 0xc0 || (options & 3) === 3 || (options & 0x30) === 0x30)
      throw new Version5Fault(reasons.malformed, `SUBSCRIBE with the options ${options} [3.8.3.1]`)
    if (filter.startsWith('$share/'))
      throw new Version5Fault(reasons.noSharedSubscriptions, 'SUBSCRIBE to a shared subscription, which is not offered')
    if (asked.has(filter) || asked.size < askedMax) asked.set(filter, (options & 4) !== 0)
    parts.push(field(filter), Buffer.from([options & 3]))
  }
  if (parts.length === 0)
    throw new Version5Fault(reasons.protocolError, 'SUBSCRIBE without a topic filter [MQTT-3.8.3-2]')
  if (asked.size > 0) session.subscribing.set(id, asked)
  return packetOf(header, uint16(id), ...parts)
}

function unsubscribeOf(header: number, fields: PacketFields, session: Session5): Buffer {
  const id = idIn('UNSUBSCRIBE', fields)
  readProperties(fields, 'UNSUBSCRIBE')
  const filters: string[] = []
  while (fields.left > 0) filters.push(filterIn('UNSUBSCRIBE', fields))
  if (filters.length === 0)
    throw new Version5Fault(reasons.protocolError, 'UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]')
  session.unsubscribing.set(id, filters)
  return packetOf(header, uint16(id), ...filters.map(field))
}

function filterIn(name: string, fields: PacketFields): string {
  const filter = fields.text()
  if (filter === undefined || filter === malformed)
    throw new Version5Fault(reasons.malformed, `${name} with a filter that is cut off or not well-formed UTF-8`)
  if (!isTopicFilter(filter))
    throw new Version5Fault(
      reasons.protocolError,
      `${name} with the filter ${JSON.stringify(filter.slice(0, 100))} [4.7]`,
    )
  return filter
}

function acknowledgementOf(header: number, fields: PacketFields, session: Session5): Taken {
  const id = idIn('an acknowledgement', fields)
  const reason = fields.left > 0 ? (fields.byte() ?? 0) : 0
  if (fields.left > 0) readProperties(fields, 'acknowledgement')
  const kind = header >> 4
  const isRefused = reason >= 0x80
  const ends = kind === puback || kind === pubcomp || (kind === pubrec && isRefused)
  const forClient = ends ? acknowledged(session, id) : undefined
  // A message that the client refuses is at its end: 3.1.1 would answer with PUBREL (4.3.3).
  if (kind === pubrec && isRefused) return { forClient }
  return { forBroker: packetOf(header, uint16(id)), forClient }
}

function disconnectOf(fields: PacketFields): Taken {
  const reason = fields.left > 0 ? fields.byte() : 0
  if (fields.left > 0) readProperties(fields, 'DISCONNECT')
  // Any other reason than 0 leaves the will in force (3.14.2.1).
  return reason === 0 ? { forBroker: packetOf(0xe0) } : { ends: true }
}

function idIn(name: string, fields: PacketFields): number {
  const id = fields.uint16()
  if (id === undefined) throw new Version5Fault(reasons.malformed, `${name} that ends within its packet id [2.2.1]`)
  if (id === 0) throw new Version5Fault(reasons.protocolError, `${name} with packet id 0 [MQTT-2.2.1-3]`)
  return id
}
