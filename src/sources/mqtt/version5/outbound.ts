/** Packets of the broker, which speaks 3.1.1, as packets for a client of MQTT 5. */
import { packetOf } from './bytes.ts'
import { connackOf } from './connect.ts'
import { reasons } from './reason.ts'
import { mayGo, type Session5, subscribed } from './session.ts'

const noProperties = Buffer.from([0])
/** No such subscription (3.11.3). */
const noSubscription = 0x11

/** Undefined: nothing is sent for it now. */
export function outboundOf(
  header: number,
  body: Buffer,
  session: Session5,
  limits: Parameters<typeof connackOf>[2],
): Buffer | undefined {
  const kind = header >> 4
  if (kind === 2) return connackOf(body, session, limits)
  if (kind === 3) return publishFor(header, body, session)
  if (kind === 9) {
    const codes = body.subarray(2)
    subscribed(session, body.readUInt16BE(), codes)
    return packetOf(header, body.subarray(0, 2), noProperties, codes.map(subackCode))
  }
  if (kind === 11) {
    const id = body.readUInt16BE()
    const filters = session.unsubscribing.get(id)
    const codes = filters?.map((filter) => (session.filters.delete(filter) ? 0 : noSubscription)) ?? [0]
    session.unsubscribing.delete(id)
    return packetOf(header, body, noProperties, Buffer.from(codes))
  }
  if (kind === 7) session.halfOpen.delete(body.readUInt16BE())
  // The others have no more than their packet id, which means success without properties (3.4.2.1).
  return packetOf(header, body)
}

/** 0x80 of 3.1.1 is a refusal by rights here. */
const subackCode = (code: number) => (code === 0x80 ? reasons.notAuthorized : code)

function publishFor(header: number, body: Buffer, session: Session5): Buffer | undefined {
  const qos = (header >> 1) & 3
  const headBytes = 2 + body.readUInt16BE() + (qos > 0 ? 2 : 0)
  const packet = packetOf(header, body.subarray(0, headBytes), noProperties, body.subarray(headBytes))
  // What the client cannot take is not sent (3.1.2.11.4).
  if (packet.length > session.packetBytesMax) return undefined
  if (qos === 0) return packet
  return mayGo(session, body.readUInt16BE(headBytes - 2), packet) ? packet : undefined
}
