/** The properties of a packet of MQTT 5 (OASIS Standard, 2.2.2), read strictly: each is known, in a packet that may have it, and there once. */
import { malformed, type PacketFields, packetFields } from '../packet-fields.ts'
import { reasons, Version5Fault } from './reason.ts'

type Kind = 'byte' | 'uint16' | 'uint32' | 'varint' | 'data' | 'text' | 'pair'
export type WithProperties =
  | 'CONNECT'
  | 'will'
  | 'PUBLISH'
  | 'acknowledgement'
  | 'SUBSCRIBE'
  | 'UNSUBSCRIBE'
  | 'DISCONNECT'

export const ids = {
  subscriptionId: 11,
  sessionExpiry: 17,
  assignedClientId: 18,
  authMethod: 21,
  responseTopic: 8,
  receiveMax: 33,
  topicAliasMax: 34,
  topicAlias: 35,
  retainAvailable: 37,
  userProperty: 38,
  packetBytesMax: 39,
  subscriptionIdsAvailable: 41,
  sharedAvailable: 42,
} as const

const message: readonly WithProperties[] = ['PUBLISH', 'will']
const everywhere: readonly WithProperties[] = [
  ...(['CONNECT', 'will', 'PUBLISH', 'acknowledgement', 'SUBSCRIBE', 'UNSUBSCRIBE', 'DISCONNECT'] as const),
]
/** Those that a client sends, by identifier (2.2.2.2). */
const known: ReadonlyMap<number, readonly [Kind, readonly WithProperties[]]> = new Map<
  number,
  [Kind, readonly WithProperties[]]
>([
  [1, ['byte', message]],
  [2, ['uint32', message]],
  [3, ['text', message]],
  [8, ['text', message]],
  [9, ['data', message]],
  [11, ['varint', ['SUBSCRIBE', 'PUBLISH']]],
  [17, ['uint32', ['CONNECT', 'DISCONNECT']]],
  [21, ['text', ['CONNECT']]],
  [22, ['data', ['CONNECT']]],
  [23, ['byte', ['CONNECT']]],
  [24, ['uint32', ['will']]],
  [25, ['byte', ['CONNECT']]],
  [31, ['text', ['acknowledgement', 'DISCONNECT']]],
  [33, ['uint16', ['CONNECT']]],
  [34, ['uint16', ['CONNECT']]],
  [35, ['uint16', ['PUBLISH']]],
  [38, ['pair', everywhere]],
  [39, ['uint32', ['CONNECT']]],
])

export type Properties = ReadonlyMap<number, number | string | Buffer>

/** Throws Version5Fault. */
export function readProperties(fields: PacketFields, packet: WithProperties): Properties {
  const length = varint(fields, packet)
  const bytes = fields.take(length)
  if (!bytes) throw cutOff(packet)
  const inner = packetFields(bytes)
  const found = new Map<number, number | string | Buffer>()
  while (inner.left > 0) {
    const id = varint(inner, packet)
    const [kind, where] = known.get(id) ?? []
    if (kind === undefined || !where?.includes(packet))
      throw new Version5Fault(reasons.protocolError, `${packet} with the property ${id} [2.2.2.2]`)
    if (found.has(id) && id !== ids.userProperty)
      throw new Version5Fault(reasons.protocolError, `${packet} with the property ${id} twice [2.2.2.2]`)
    found.set(id, propertyIn(kind, inner, packet))
  }
  return found
}

const cutOff = (packet: string) =>
  new Version5Fault(reasons.malformed, `${packet} whose properties are cut off [2.2.2]`)

function propertyIn(kind: Kind, fields: PacketFields, packet: WithProperties): number | string | Buffer {
  const value = kind === 'varint' ? varint(fields, packet) : kind === 'pair' ? pair(fields) : fields[kind]()
  if (value === undefined) throw cutOff(packet)
  if (value === malformed)
    throw new Version5Fault(reasons.malformed, `${packet} with a property that is not well-formed UTF-8 [MQTT-1.5.4-1]`)
  return value
}

function pair(fields: PacketFields): string | typeof malformed | undefined {
  const name = fields.text()
  const value = fields.text()
  return name === undefined || value === undefined ? undefined : name === malformed ? malformed : value
}

/** A length in one to four bytes, seven bits each (1.5.5). */
function varint(fields: PacketFields, packet: string): number {
  let value = 0
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = fields.byte()
    if (byte === undefined) throw cutOff(packet)
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return value
  }
  throw new Version5Fault(reasons.malformed, `${packet} with a length of more than four bytes [1.5.5]`)
}
