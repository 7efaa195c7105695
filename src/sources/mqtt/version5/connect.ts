/** CONNECT of MQTT 5 (3.1) as one of 3.1.1, and CONNACK of 3.1.1 as one of 5 (3.2). */
import { randomUUID } from 'node:crypto'
import { malformed, type PacketFields, packetFields } from '../packet-fields.ts'
import { topicFault } from '../protocol-fault.ts'
import { field, packetOf, uint16 } from './bytes.ts'
import { ids, readProperties } from './properties.ts'
import { type Reason, reasons, Version5Fault } from './reason.ts'
import { type Session5, topicAliasMax } from './session.ts'

const cleanFlag = 0x02
const willFlag = 0x04
const passwordFlag = 0x40
const userFlag = 0x80

/** Throws Version5Fault, which is answered by a CONNACK. */
export function connectOf(body: Buffer, session: Session5): Buffer {
  const fields = packetFields(body)
  fields.text()
  fields.byte()
  const flags = fields.byte()
  const keepAlive = fields.uint16()
  if (flags === undefined || keepAlive === undefined) throw cutOff()
  const willQos = (flags >> 3) & 3
  if (flags & 1 || willQos === 3 || (!(flags & willFlag) && flags & 0x38))
    throw new Version5Fault(reasons.malformed, `CONNECT with the flags ${flags} [3.1.2.3 to 3.1.2.6]`)
  readConnectProperties(fields, session)
  const sent = textIn(fields)
  if (sent === '') session.assignedId = randomUUID()
  const will = flags & willFlag ? willIn(fields) : []
  const user = flags & userFlag ? textIn(fields) : ''
  const password = flags & passwordFlag ? fields.data() : Buffer.alloc(0)
  if (!password) throw cutOff()
  if (fields.left > 0) throw new Version5Fault(reasons.malformed, `CONNECT with ${fields.left} bytes behind its end`)
  // 3.1.1 knows no password without a user.
  const named = flags & (userFlag | passwordFlag) ? userFlag : 0
  return packetOf(
    0x10,
    ...[field('MQTT'), Buffer.from([4, (flags & ~userFlag) | named | cleanFlag]), uint16(keepAlive)],
    ...[field(sent === '' ? (session.assignedId ?? '') : sent), ...will],
    ...[...(named ? [field(user)] : []), ...(flags & passwordFlag ? [field(password)] : [])],
  )
}

function readConnectProperties(fields: PacketFields, session: Session5) {
  const properties = readProperties(fields, 'CONNECT')
  if (properties.has(ids.authMethod))
    throw new Version5Fault(reasons.badAuthMethod, 'CONNECT with an authentication method, of which none is offered')
  const receiveMax = properties.get(ids.receiveMax) ?? 65_535
  const bytesMax = properties.get(ids.packetBytesMax) ?? Number.MAX_SAFE_INTEGER
  if (receiveMax === 0 || bytesMax === 0)
    throw new Version5Fault(reasons.protocolError, 'CONNECT with a maximum of 0 [3.1.2.11.3, 3.1.2.11.4]')
  session.receiveMax = Number(receiveMax)
  session.packetBytesMax = Number(bytesMax)
  session.asksForSession = Number(properties.get(ids.sessionExpiry) ?? 0) > 0
}

function willIn(fields: PacketFields): readonly Buffer[] {
  readProperties(fields, 'will')
  const topic = fields.text()
  const wrong = topicFault(topic)
  if (wrong !== undefined) throw new Version5Fault(reasons.invalidTopic, `CONNECT with a will: ${wrong}`)
  const payload = fields.data()
  if (!payload) throw cutOff()
  return [field(topic as string), field(payload)]
}

function textIn(fields: PacketFields): string {
  const text = fields.text()
  if (text === undefined) throw cutOff()
  if (text === malformed)
    throw new Version5Fault(reasons.malformed, 'CONNECT with text that is not well-formed UTF-8 [MQTT-1.5.4-1]')
  return text
}

const cutOff = () => new Version5Fault(reasons.malformed, 'CONNECT that is cut off [3.1]')

/** By the return code of 3.1.1 (3.2.2.3 there). */
const reasonOfCode: readonly (0 | Reason)[] = [
  0,
  reasons.notSupportedVersion,
  reasons.invalidClientId,
  reasons.unavailable,
  reasons.badCredentials,
  reasons.notAuthorized,
]

/** `limits`: of what this side takes. */
export function connackOf(
  body: Buffer,
  session: Session5,
  limits: { receiveMax: number; packetBytesMax: number },
): Buffer {
  const reason = reasonOfCode[body[1] ?? 5] ?? reasons.notAuthorized
  if (reason !== 0) return refusal(reason)
  session.accepted = true
  const { assignedId, asksForSession } = session
  const properties = Buffer.concat([
    // No session outlives its connection (3.2.2.3.2).
    asksForSession ? Buffer.from([ids.sessionExpiry, 0, 0, 0, 0]) : Buffer.alloc(0),
    Buffer.concat([Buffer.from([ids.receiveMax]), uint16(limits.receiveMax)]),
    Buffer.from([ids.retainAvailable, 0]),
    Buffer.concat([Buffer.from([ids.packetBytesMax]), uint32(limits.packetBytesMax)]),
    assignedId === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([ids.assignedClientId]), field(assignedId)]),
    Buffer.concat([Buffer.from([ids.topicAliasMax]), uint16(topicAliasMax)]),
    Buffer.from([ids.subscriptionIdsAvailable, 0, ids.sharedAvailable, 0]),
  ])
  return packetOf(0x20, Buffer.from([0, 0, properties.length]), properties)
}

/** Text of an id is at most 36 characters here, so the properties are shorter than 128 bytes and their length is one byte. */
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** CONNACK that refuses, without properties. */
export const refusal = (reason: Reason): Buffer => packetOf(0x20, Buffer.from([0, reason, 0]))
