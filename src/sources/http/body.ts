/**
 * Reading a request's body, bounded: by request, by sender and in all. Bytes are counted as they come, not as they are announced,
 * so that a slow sender holds no more than it has sent.
 */
import type { IncomingMessage } from 'node:http'

export const bodyBytesMax = 8 * 1024 * 1024
/**
 * A longer body is read by one chunk in a turn of the event loop. Unbound, a connection gives up to 32 chunks in each, and a turn takes in
 * only one new connection: ten senders of large bodies made new ones wait for seconds.
 */
const atOnceBytes = 128 * 1024
/** What is read of a body that is not taken, and how often a chunk of it. */
const droppedBytesMax = 2 * bodyBytesMax
const dropEveryMs = 5
/** Received and not yet durable, of all requests together; beyond it senders get 503 and retry. */
const heldBytesMax = 64 * 1024 * 1024
/** The same of one source, so that one sender cannot use up all of it. */
const heldOfSourceBytesMax = 32 * 1024 * 1024
export type BodyFault = 'too-large' | 'too-many-of-source' | 'too-many'

export interface ByteBudget {
  readonly of: Map<string, number>
  bytes: number
}
export const createByteBudget = (): ByteBudget => ({ of: new Map(), bytes: 0 })

/** Adds to what is held for `source`; a fault when that is too much. What was taken must be let go again. */
export function reserve(held: ByteBudget, source: string, bytes: number): BodyFault | undefined {
  const own = (held.of.get(source) ?? 0) + bytes
  held.of.set(source, own)
  held.bytes += bytes
  if (held.bytes > heldBytesMax) return 'too-many'
  return own > heldOfSourceBytesMax ? 'too-many-of-source' : undefined
}

export function release(held: ByteBudget, source: string, bytes: number): void {
  const left = (held.of.get(source) ?? 0) - bytes
  held.bytes -= bytes
  if (left > 0) held.of.set(source, left)
  else held.of.delete(source)
}

/** The whole body, or why not; `gone` when the sender left. After a fault the rest is dropped. */
export function readBody(
  request: IncomingMessage,
  onBytes: (bytes: number) => BodyFault | undefined,
): Promise<Buffer | BodyFault | 'gone'> {
  const { promise, resolve } = Promise.withResolvers<Buffer | BodyFault | 'gone'>()
  if (Number(request.headers['content-length']) > bodyBytesMax) {
    dropRest(request)
    return Promise.resolve('too-large')
  }
  const chunks: Buffer[] = []
  let length = 0
  const fail = (fault: BodyFault) => {
    chunks.length = 0
    request.off('data', onData)
    dropRest(request)
    resolve(fault)
  }
  const onData = (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    const fault = onBytes(chunk.length)
    if (length > bodyBytesMax) fail('too-large')
    else if (fault) fail(fault)
    else if (length > atOnceBytes) {
      request.pause()
      setImmediate(() => request.resume())
    }
  }
  request.on('data', onData)
  request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
  request.once('close', () => resolve('gone'))
  request.once('error', () => resolve('gone'))
  return promise
}

/**
 * Drops what is left of a body that is not taken, slowly: the sender shall see the answer, and no other request shall wait for it. A sender
 * that does not stop is cut off.
 */
export function dropRest(request: IncomingMessage): void {
  let dropped = 0
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > droppedBytesMax) {
      request.socket.destroy()
      return
    }
    if (dropped <= atOnceBytes) return
    request.pause()
    setTimeout(() => request.resume(), dropEveryMs)
  })
}
