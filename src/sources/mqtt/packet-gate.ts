/**
 * Stands before the broker's parser, which gathers a packet of any announced length and forgives what the standard does not: closes
 * a connection whose packet is too large or violates the protocol, and holds bytes back while too many are on their way, or once the
 * source is stopping. The broker reads with `read`, so that is what is replaced.
 */
import type { Socket } from 'node:net'
import { bodyFault, headerFault } from './packet-fault.ts'
import { fault, type PacketFault } from './protocol-fault.ts'

export interface PacketGate {
  /** Packets above this are refused; small until the client is known. */
  bytesMax: number
  /** Nothing is read until `release`; the sender's window closes. */
  hold(): void
  release(): void
  /** Nothing more is read. */
  shut(): void
}

export interface GateOptions {
  readonly bytesMax: number
  onTooLarge(bytes: number): void
  onFault(fault: PacketFault): void
}

export function guardPackets(socket: Socket, { bytesMax, onTooLarge, onFault }: GateOptions): PacketGate {
  const read = socket.read.bind(socket)
  const gate = {
    bytesMax,
    state: 'open' as 'open' | 'held' | 'shut',
    hold() {
      if (gate.state === 'open') gate.state = 'held'
    },
    release() {
      if (gate.state !== 'held') return
      gate.state = 'open'
      // The broker reads when it is notified that there is something.
      socket.emit('readable')
    },
    shut() {
      gate.state = 'shut'
    },
  }
  const check = createPacketCheck(() => gate.bytesMax)

  socket.read = (size?: number) => {
    if (gate.state !== 'open') return null
    const chunk = read(size) as Buffer | null
    const found = chunk === null ? undefined : check(chunk)
    if (found === undefined) return chunk
    gate.state = 'shut'
    if (typeof found === 'number') {
      onTooLarge(found)
      socket.destroy()
    } else {
      onFault(found)
      if (found.answer) socket.end(found.answer, () => socket.destroy())
      else socket.destroy()
    }
    return null
  }
  return gate
}

/** For the bytes of one connection, in order: the size of a packet that is too large, or a violation, or undefined. */
function createPacketCheck(bytesMax: () => number): (chunk: Buffer) => number | PacketFault | undefined {
  let header = 0
  let length = 0
  /** Position of the next byte of the length, in bits; -1 when the packet's first byte comes next. */
  let shift = -1
  /** Bytes of the packet's body still to come; undefined while its header is being read. */
  let left: number | undefined
  let parts: Buffer[] = []
  let first = true

  function body(chunk: Buffer, at: number): { end: number; found: PacketFault | undefined } {
    const end = Math.min(chunk.length, at + (left ?? 0))
    const part = chunk.subarray(at, end)
    left = (left ?? 0) - part.length
    if (left > 0) {
      // Copied, so that the rest of the chunk is not kept with it.
      parts.push(Buffer.from(part))
      return { end, found: undefined }
    }
    const whole = parts.length === 0 ? part : Buffer.concat([...parts, part])
    parts = []
    left = undefined
    return { end, found: bodyFault(header, whole) }
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length || left === 0; ) {
      if (left !== undefined) {
        const { end, found } = body(chunk, at)
        if (found) return found
        at = end
        continue
      }
      const byte = chunk[at++] as number
      if (shift < 0) {
        // The first byte of a packet says its kind; its length follows, seven bits a byte (2.2.3).
        header = byte
        length = 0
        shift = 0
        const found = headerFault(header, first)
        if (found) return found
        first = false
        continue
      }
      length += (byte & 0x7f) * 2 ** shift
      shift += 7
      if (length > bytesMax()) return length
      if (byte < 0x80) {
        left = length
        shift = -1
      } else if (shift > 21) return fault('a packet whose length has more than four bytes [2.2.3]')
    }
    return undefined
  }
}
