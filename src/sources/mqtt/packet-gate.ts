/**
 * Stands before the broker's parser, which gathers a packet of any announced length: closes a connection whose packet is too
 * large, and holds bytes back while too many are on their way, or once the source is stopping. The broker reads with `read`, so that is what is replaced.
 */
import type { Socket } from 'node:net'

export interface PacketGate {
  /** Packets above this are refused; small until the client is known. */
  bytesMax: number
  /** Nothing is read until `release`; the sender's window closes. */
  hold(): void
  release(): void
  /** Nothing more is read. */
  shut(): void
}

export function guardPackets(socket: Socket, bytesMax: number, onTooLarge: (bytes: number) => void): PacketGate {
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
      // The broker reads when told that there is something.
      socket.emit('readable')
    },
    shut() {
      gate.state = 'shut'
    },
  }
  /** Bytes of the current packet still to come; while its length is being read, `undefined`. */
  let left: number | undefined
  let length = 0
  let shift = -1

  function admits(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (left !== undefined && left > 0) {
        const step = Math.min(left, chunk.length - at)
        left -= step
        at += step
        continue
      }
      const byte = chunk[at++] as number
      if (shift < 0) {
        // The first byte of a packet says its kind; its length follows, seven bits a byte (2.2.3).
        left = undefined
        length = 0
        shift = 0
      } else {
        length += (byte & 0x7f) * 2 ** shift
        shift += 7
        if (length > gate.bytesMax) return false
        if (byte < 0x80) {
          left = length
          shift = -1
        } else if (shift > 21) return false
      }
    }
    return true
  }

  socket.read = (size?: number) => {
    if (gate.state !== 'open') return null
    const chunk = read(size) as Buffer | null
    if (chunk === null || admits(chunk)) return chunk
    onTooLarge(length)
    socket.destroy()
    return null
  }
  return gate
}
