/**
 * A connection as the broker sees it: the socket's bytes behind a check, because the broker's parser gathers a packet of any announced
 * length and forgives what the standard does not. The gate closes a connection whose packet is too large or violates the protocol, and
 * holds bytes back while too many are in flight, or once the source is stopping.
 *
 * The broker speaks MQTT 3.1.1. A client of version 5 is spoken to in its own way, and each packet is handed on as the one of 3.1.1 that it
 * means (version5/).
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { bodyFault, headerFault } from './packet-fault.ts'
import { fault, type PacketFault } from './protocol-fault.ts'
import { type Reason, reasons } from './version5/reason.ts'
import type { Session5 } from './version5/session.ts'
import { createWire5, levelIn, type Wire5 } from './version5/wire.ts'

export interface GateOptions {
  readonly bytesMax: number
  /** Of clients of version 5: messages on their way, the size of a packet once the client is known, and filters. */
  readonly limits: { readonly receiveMax: number; readonly packetBytesMax: number; readonly subscriptionsMax: number }
  onTooLarge(bytes: number): void
  onFault(fault: PacketFault): void
}

const goodbyeMs = 1_000
const none = Buffer.alloc(0)

type Written = (error?: Error | null) => void

export class PacketGate extends Duplex {
  readonly socket: Socket
  /** Packets above this are refused; small until the client is known. */
  bytesMax: number
  /** Why the connection is closed from this side, for a client of version 5. */
  endReason: Reason = reasons.unspecified
  #state: 'open' | 'held' | 'shut' = 'open'
  /** `plain`: 3.1 or 3.1.1. Undefined until the client has named its version. */
  #wire: Wire5 | 'plain' | undefined
  #early: Buffer = none
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
      const passed = this.#take(chunk)
      if (passed && !this.push(passed)) return
    }
  }

  /** What of the bytes goes on to the broker; undefined when nothing does. */
  #take(received: Buffer): Buffer | undefined {
    let chunk = received
    if (this.#wire === undefined) {
      this.#early = Buffer.concat([this.#early, chunk])
      const level = levelIn(this.#early, this.bytesMax)
      if (level === undefined) return undefined
      chunk = this.#early
      this.#early = none
      this.#wire = level === 5 ? createWire5({ bytesMax: () => this.bytesMax, ...this.#options.limits }) : 'plain'
    }
    if (this.#wire !== 'plain') return this.#take5(this.#wire, chunk)
    const found = this.#check(chunk)
    if (found === undefined) return chunk
    this.#refuse(found)
    return undefined
  }

  #take5(wire: Wire5, chunk: Buffer): Buffer | undefined {
    const { forBroker, forClient, ends, found } = wire.read(chunk)
    if (found !== undefined) {
      this.#refuse(found)
      return undefined
    }
    if (forClient.length > 0) this.socket.write(forClient)
    if (!ends) return forBroker.length > 0 ? forBroker : undefined
    this.#state = 'shut'
    if (forBroker.length > 0) this.push(forBroker)
    this.push(null)
    return undefined
  }

  /** Of a client of version 5. */
  get session5(): Session5 | undefined {
    return this.#wire === 'plain' ? undefined : this.#wire?.session
  }

  #goodbye(reason: Reason): Buffer | undefined {
    return this.#wire === 'plain' ? undefined : this.#wire?.goodbye(reason)
  }

  #refuse(found: number | PacketFault): void {
    this.#state = 'shut'
    if (typeof found === 'number') this.#options.onTooLarge(found)
    else this.#options.onFault(found)
    const answer = typeof found === 'number' ? this.#goodbye(reasons.tooLarge) : found.answer
    if (answer && this.session5) this.#linger(answer)
    else if (answer) this.socket.end(answer, () => this.destroy())
    else this.destroy()
  }

  /** What is still on its way is read and dropped: a reset would take the answer away from the client before it has read it. */
  #linger(answer: Buffer): void {
    this.socket.removeAllListeners('readable')
    this.socket.resume()
    this.socket.end(answer)
    setTimeout(() => this.destroy(), goodbyeMs).unref()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: Written): void {
    const bytes = this.#wire === 'plain' || this.#wire === undefined ? chunk : this.#wire.write(chunk)
    if (bytes.length === 0 || this.socket.write(bytes)) written()
    else this.socket.once('drain', written)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], written: Written): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', written)
  }

  override _final(ended: Written): void {
    const goodbye = this.#goodbye(this.endReason)
    if (goodbye) this.socket.end(goodbye, () => ended())
    else this.socket.end(() => ended())
  }

  override _destroy(error: Error | null, destroyed: Written): void {
    const goodbye = this.socket.writable ? this.#goodbye(this.endReason) : undefined
    if (goodbye) {
      this.socket.end(goodbye, () => this.socket.destroy())
      // A peer that does not read is not waited for.
      setTimeout(() => this.socket.destroy(), goodbyeMs).unref()
    } else this.socket.destroy()
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
