/**
 * Reading a request's body, bounded: by request, by sender and in all. Bytes are counted as they come, not as they are announced,
 * so that a slow sender holds no more than it has sent.
 */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip as gunzipCallback } from 'node:zlib'

export const bodyBytesMax = 8 * 1024 * 1024
/** Received and not yet durable, of all requests together; beyond it senders are told to come again. */
const heldBytesMax = 64 * 1024 * 1024
/** The same of one source, so that one sender cannot use up all of it. */
const heldOfSourceBytesMax = 32 * 1024 * 1024
/** Unpacking runs in the thread pool that also syncs the journal: leave it threads. */
const unpackingMax = 2

export type BodyFault = 'too-large' | 'too-many-of-source' | 'too-many'

export interface Held {
  readonly of: Map<string, number>
  bytes: number
}
export const createHeld = (): Held => ({ of: new Map(), bytes: 0 })

/** Adds to what is held for `source`; a fault when that is too much. Whatever was taken must be let go again. */
export function take(held: Held, source: string, bytes: number): BodyFault | undefined {
  const own = (held.of.get(source) ?? 0) + bytes
  held.of.set(source, own)
  held.bytes += bytes
  if (held.bytes > heldBytesMax) return 'too-many'
  return own > heldOfSourceBytesMax ? 'too-many-of-source' : undefined
}

export function letGo(held: Held, source: string, bytes: number): void {
  const left = (held.of.get(source) ?? 0) - bytes
  held.bytes -= bytes
  if (left > 0) held.of.set(source, left)
  else held.of.delete(source)
}

/** The whole body, or why not; `gone` when the sender left. After a fault the rest of the body is read and dropped, so that the answer can be seen. */
export function readBody(
  request: IncomingMessage,
  onBytes: (bytes: number) => BodyFault | undefined,
): Promise<Buffer | BodyFault | 'gone'> {
  const { promise, resolve } = Promise.withResolvers<Buffer | BodyFault | 'gone'>()
  if (Number(request.headers['content-length']) > bodyBytesMax) {
    request.resume()
    return Promise.resolve('too-large')
  }
  const chunks: Buffer[] = []
  let length = 0
  const fail = (fault: BodyFault) => {
    chunks.length = 0
    request.off('data', onData)
    request.resume()
    resolve(fault)
  }
  const onData = (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    const fault = onBytes(chunk.length)
    if (length > bodyBytesMax) fail('too-large')
    else if (fault) fail(fault)
  }
  request.on('data', onData)
  request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
  request.once('close', () => resolve('gone'))
  request.once('error', () => resolve('gone'))
  return promise
}

const gunzip = promisify(gunzipCallback)
let unpacking = 0
const waiting: (() => void)[] = []

/** The unpacked bytes; `too-large` beyond the body limit; `undefined` when they are not gzip. */
export async function unpack(packed: Buffer): Promise<Buffer | 'too-large' | undefined> {
  while (unpacking >= unpackingMax) await new Promise<void>((resolve) => waiting.push(resolve))
  unpacking++
  try {
    return await gunzip(packed, { maxOutputLength: bodyBytesMax })
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : undefined
  } finally {
    unpacking--
    waiting.shift()?.()
  }
}
