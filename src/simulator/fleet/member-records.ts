/** The frames of one member as they go to the server: webhooks by the writer of their envelope, all others as the emulated world encodes them. */
import { encode } from '../world/encode.ts'
import { readingOf } from '../world/history.ts'
import type { Member, Way } from './members.ts'
import { mayShareBody } from './members.ts'
import type { FleetModel, ModelFrame } from './models.ts'

export interface FleetRecord {
  readonly member: Member
  readonly way: Way
  /** When it would have arrived. */
  readonly arrived: number
  /** Frames it holds. */
  readonly frames: number
  /** Webhook: one JSON document; HTTP: JSON texts; lines: one text a line. */
  readonly texts: readonly string[]
  readonly query?: string | undefined
  readonly dup?: true
  readonly connection?: number
  /** HTTP: its frames may go with those of others. */
  readonly shares: boolean
}

export function recordsOfMember(member: Member): FleetRecord[] {
  return member.lorawan ? webhooksOf(member, member.lorawan) : boardRecords(member)
}

function boardRecords(member: Member): FleetRecord[] {
  const { history, way, device, index } = member
  const shares = way === 'http' && mayShareBody(member)
  const inWords = (way === 'tcp' || way === 'udp' || way === 'serial') && index % 2 === 1
  return encode(history, device).map(({ first, frames, arrived, body, framing }) => {
    const { dup, connection } = history.deliveries[first] ?? {}
    const texts =
      framing === 'json' ? (JSON.parse(body) as unknown[]).map((one) => JSON.stringify(one)) : body.split('\n')
    return {
      ...{ member, way, arrived, frames, shares, texts: inWords ? texts.map(keyValueLine) : texts },
      ...(dup ? { dup } : {}),
      ...(connection === undefined ? {} : { connection }),
    }
  })
}

/** `device=A-017 seq=4 occupied=1`, as many boards print. */
export const keyValueLine = (json: string): string =>
  Object.entries(JSON.parse(json) as Record<string, unknown>)
    .map(([name, value]) => `${name}=${typeof value === 'boolean' ? Number(value) : value}`)
    .join(' ')

function webhooksOf(member: Member, { model, envelope }: NonNullable<Member['lorawan']>): FleetRecord[] {
  const { history, device, way } = member
  const seen = new Set<number>()
  return history.deliveries.map((delivery) => {
    const { wire } = readingOf(history, delivery)
    const { network, arrived, reading } = delivery
    const isCopy = seen.has(reading)
    seen.add(reading)
    const { fPort, bytes, decoded } = frameOf(model, history.readings.length, reading, wire.occupied)
    const message = envelope.write({
      ...{ device, bytes, decoded, isCopy, fPort, model: model.named },
      session: wire.session ?? '',
      seq: wire.seq ?? 0,
      time: network?.time ?? arrived,
      gateway: gatewayIds[Number(network?.gateway.slice(-1)) % gatewayIds.length] as string,
      rssiDbm: network?.rssi ?? -80,
      snrDb: 7,
    })
    return { member, way, arrived, frames: 1, shares: false, texts: [JSON.stringify(message)], query: envelope.query }
  })
}

const gatewayIds = ['7276FF0000000001', '7276FF0000000002', '7276FF0000000003', '7276FF0000000004']

/** The same reading has the same frame, however often it is sent. */
export function frameOf(model: FleetModel, readings: number, reading: number, occupied: boolean): ModelFrame {
  const { presence, frames } = model
  if (!presence) return frames[Math.floor((reading * frames.length) / readings)] as ModelFrame
  const showing = occupied ? presence.taken : presence.free
  return showing[reading % showing.length] as ModelFrame
}
