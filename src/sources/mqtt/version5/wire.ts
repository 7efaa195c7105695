/** One connection of MQTT 5: both directions, for the gate. */

import type { PacketFault } from '../protocol-fault.ts'
import { createFraming, packetOf } from './bytes.ts'
import { refusal } from './connect.ts'
import { takeInbound } from './inbound.ts'
import { outboundOf } from './outbound.ts'
import { type Reason, reasons, Version5Fault } from './reason.ts'
import { createSession5, type Session5 } from './session.ts'

export interface Wire5 {
  readonly session: Session5
  /** What the bytes of the client mean to the broker. A fault has its answer; a number is the size of a packet that is too large. */
  read(chunk: Buffer): {
    readonly forBroker: Buffer
    readonly forClient: Buffer
    readonly ends: boolean
    readonly found?: number | PacketFault
  }
  /** What the bytes of the broker are for the client. */
  write(chunk: Buffer): Buffer
  /** Sent before the connection is closed by this side; undefined where the client has ended it, or was never let in. */
  goodbye(reason: Reason): Buffer | undefined
}

interface WireLimits {
  readonly bytesMax: () => number
  readonly receiveMax: number
  readonly packetBytesMax: number
  readonly subscriptionsMax: number
}

export function createWire5(limits: WireLimits): Wire5 {
  const session = createSession5(limits)
  const inbound = createFraming()
  const outbound = createFraming()
  let first = true
  let saidGoodbye = false

  const goodbye = (reason: Reason) => {
    if (saidGoodbye || !session.accepted) return undefined
    saidGoodbye = true
    return packetOf(0xe0, Buffer.from([reason]))
  }
  const faultOf = (fault: Version5Fault): PacketFault => {
    const answer = session.accepted ? goodbye(fault.reason) : refusal(fault.reason)
    return { reason: fault.message, frames: fault.frames, ...(answer ? { answer } : {}) }
  }

  return {
    session,
    goodbye,
    read(chunk) {
      const forBroker: Buffer[] = []
      const forClient: Buffer[] = []
      let ends = false
      const result = (found?: number | PacketFault) => ({
        ...{ forBroker: Buffer.concat(forBroker), forClient: Buffer.concat(forClient), ends },
        ...(found === undefined ? {} : { found }),
      })
      try {
        const each = (header: number, body: Buffer) => {
          if (ends) return
          const taken = takeInbound(header, body, session, first)
          first = false
          if (taken.forBroker) forBroker.push(taken.forBroker)
          if (taken.forClient) forClient.push(taken.forClient)
          if (header >> 4 === disconnect) saidGoodbye = true
          ends ||= taken.ends ?? false
        }
        const { tooLarge, wrong } = inbound.take(chunk, each, limits.bytesMax)
        if (wrong !== undefined) return result(faultOf(new Version5Fault(reasons.malformed, wrong)))
        return result(tooLarge)
      } catch (fault) {
        if (fault instanceof Version5Fault) return result(faultOf(fault))
        throw fault
      }
    },
    write(chunk) {
      const out: Buffer[] = []
      const each = (header: number, body: Buffer) => {
        const packet = outboundOf(header, body, session, limits)
        if (packet) out.push(packet)
      }
      outbound.take(chunk, each, () => Number.MAX_SAFE_INTEGER)
      return Buffer.concat(out)
    },
  }
}

const disconnect = 14
/** Bytes that name the version: fixed header, "MQTT", level. */
const levelBytesMax = 12

/** The protocol level of a connection by its first bytes; undefined while they do not reach to it. 0 where a packet is larger than `bytesMax`. */
export function levelIn(bytes: Buffer, bytesMax: number): number | undefined {
  let at = 1
  let length = 0
  for (; at < 5 && (bytes[at] ?? 0) >= 0x80; at++) length += ((bytes[at] as number) & 0x7f) * 128 ** (at - 1)
  length += (bytes[at] ?? 0) * 128 ** (at - 1)
  if (length > bytesMax) return 0
  const isMqtt = bytes.subarray(at + 1, at + 7).equals(nameOf5)
  if (isMqtt && bytes.length > at + 7) return bytes[at + 7]
  // Another name, or what is no CONNECT: not version 5.
  return bytes.length >= levelBytesMax || !startsLike(bytes, at) ? 0 : undefined
}

const nameOf5 = Buffer.from([0, 4, ...Buffer.from('MQTT')])
const startsLike = (bytes: Buffer, at: number) => {
  if (bytes.length > 0 && bytes[0] !== 0x10) return false
  const name = bytes.subarray(at + 1, at + 7)
  return name.equals(nameOf5.subarray(0, name.length))
}
