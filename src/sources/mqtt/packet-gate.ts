/**
 * A connection as the broker sees it: the socket's bytes behind a check, because the broker's parser gathers a packet of any announced
 * length and forgives what the standard does not. The gate closes a connection whose packet is too large or violates the protocol, and
 * holds bytes back while too many are in flight, or once the source is stopping.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { bodyFault, headerFault } from './packet-fault.ts'
import { fault, type PacketFault } from './protocol-fault.ts'

export interface GateOptions {
  readonly bytesMax: number
  onTooLarge(bytes: number): void
  onFault(fault: PacketFault): void
}

type Written = (error?: Error | null) => void

export class PacketGate extends Duplex {
  readonly socket: Socket
  /** Packets above this are refused; small until the client is known. */
  bytesMax: number
  #state: 'open' | 'held' | 'shut' = 'open'
  readonly #check: ReturnType<typeof createPacketCheck>
  readonly #options: GateOptions

  constructor(socket: Socket, options: GateOptions) {
    // One chunk is ready for the broker at a time: what follows stays in the socket, and its window closes.
    super({ readableHighWaterMark: 1, allowHalfOpen: true, autoDestroy: false })
    this.socket = socket
    this.bytesMax = options.bytesMax
    this.#options = options
    this.#check = createPacketCheck(() => this.bytesMax)
    socket.on('readable', () => this.#pass())
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Nothing is read until `release`; the sender's window closes. */
  hold(): void {
    if (this.#state === 'open') this.#state = 'held'
  }

  release(): void {
    if (this.#state !== 'held') return
    this.#state = 'open'
    this.#pass()
  }

  /** Nothing more is read. */
  shut(): void {
    this.#state = 'shut'
  }

  override _read(): void {
    this.#pass()
  }

  #pass(): void {
    while (this.#state === 'open' && !this.destroyed) {
      const chunk = this.socket.read() as Buffer | null
      if (chunk === null) return
      const found = this.#check(chunk)
      if (found !== undefined) this.#refuse(found)
      else if (!this.push(chunk)) return
    }
  }

  #refuse(found: number | PacketFault): void {
    this.#state = 'shut'
    if (typeof found === 'number') this.#options.onTooLarge(found)
    else this.#options.onFault(found)
    const answer = typeof found === 'number' ? undefined : found.answer
    if (answer) this.socket.end(answer, () => this.destroy())
    else this.destroy()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: Written): void {
    if (this.socket.write(chunk)) written()
    else this.socket.once('drain', written)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], written: Written): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', written)
  }

  override _final(ended: Written): void {
    this.socket.end(() => ended())
  }

  override _destroy(error: Error | null, destroyed: Written): void {
    this.socket.destroy()
    destroyed(error)
  }
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
        // The first byte of a packet is its kind; its length follows, seven bits a byte (2.2.3).
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
