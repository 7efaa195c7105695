/**
 * One request to an address that a person has configured. Its name is resolved once, every address of the answer is judged, and the connection
 * is made to exactly those: a name that is resolved otherwise a moment later changes nothing. Redirects are not followed.
 *
 * `post` counts by the status: the body of the answer is not read, so that one without an end costs nothing. `fetchBody` reads it up to a limit.
 */
import { promises as dns, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { AddressList } from './address-list.ts'
import { addressRefusal, httpUrlFault } from './outbound-address.ts'

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export interface OutboundOptions {
  readonly isAllowed: AddressList
  readonly resolve?: Resolve
  readonly ca?: string | undefined
  /** The setting that allows an address, for the message that refuses one. */
  readonly allowedBy?: string
}

export interface OutboundRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For everything: resolving, connecting, sending and the head of the answer. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface OutboundFetch {
  readonly url: string
  /** Default GET. */
  readonly method?: 'GET' | 'POST'
  /** Of a POST. */
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
  /** As it comes and unpacked. */
  readonly bodyBytesMax: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface FetchedBody {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Unpacked where it came as gzip. */
  readonly body: Buffer
}

export interface OutboundAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** `reached`: the request may have been received. `refused`: the address is not allowed, and no connection was made. */
export class OutboundError extends Error {
  readonly reached: boolean
  readonly refused: boolean
  constructor(
    message: string,
    { reached = false, refused = false, cause }: { reached?: boolean; refused?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.reached = reached
    this.refused = refused
  }
}

export const systemResolve: Resolve = (host) => dns.lookup(host, { all: true, verbatim: true })

/** Addresses of a name in one answer are this many at most. */
const addressesMax = 32

/** Throws OutboundError when there is no answer. */
export async function post(request: OutboundRequest, options: OutboundOptions): Promise<OutboundAnswer> {
  const fault = httpUrlFault(request.url)
  if (fault !== undefined) throw new OutboundError(`The address ${fault}.`, { refused: true })
  // The parser writes numbers in every base as four decimal ones: 0x7f.1 is 127.0.0.1 from here on.
  const url = new URL(request.url)
  const deadline = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)])
  const addresses = await judgedAddresses(url, options, deadline)
  return await answerOf(url, addresses, request, options, deadline)
}

/** Throws OutboundError when there is no answer, or one that is too large or does not end in time. */
export async function fetchBody(asked: OutboundFetch, options: OutboundOptions): Promise<FetchedBody> {
  const fault = httpUrlFault(asked.url)
  if (fault !== undefined) throw new OutboundError(`The address ${fault}.`, { refused: true })
  const url = new URL(asked.url)
  const deadline = AbortSignal.any([asked.signal, AbortSignal.timeout(asked.timeoutMs)])
  const addresses = await judgedAddresses(url, options, deadline)
  const { promise, resolve, reject } = Promise.withResolvers<FetchedBody>()
  const isSecure = url.protocol === 'https:'
  const failed = (cause: NodeJS.ErrnoException) =>
    reject(new OutboundError(reasonOf(url.host, cause, deadline, asked.timeoutMs), { cause }))
  const request = (isSecure ? https : http).request(url, {
    method: asked.method ?? 'GET',
    agent: false,
    headers: {
      ...asked.headers,
      ...(asked.body === undefined ? {} : { 'content-length': Buffer.byteLength(asked.body) }),
      'accept-encoding': 'gzip',
      connection: 'close',
    },
    lookup: pinnedTo(addresses),
    signal: deadline,
    ...(isSecure && options.ca !== undefined ? { ca: options.ca } : {}),
  })
  request.on('error', failed)
  request.on('response', (response) => {
    const { statusCode: status = 0, headers } = response
    bodyOf(response, asked.bodyBytesMax).then(
      (body) => resolve({ status, headers: headers as FetchedBody['headers'], body }),
      failed,
    )
  })
  request.end(asked.body)
  return await promise.finally(() => request.destroy())
}

async function bodyOf(response: http.IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bytesMax) throw tooLarge(bytesMax)
    chunks.push(chunk)
  }
  if (!response.complete) throw Object.assign(new Error('cut off'), { code: 'the answer was cut off' })
  const body = Buffer.concat(chunks)
  if (response.headers['content-encoding'] !== 'gzip') return body
  return await unpacked(body, { maxOutputLength: bytesMax }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(bytesMax)
      : Object.assign(new Error('no gzip', { cause }), { code: 'the answer is not the gzip that it announces' })
  })
}
const unpacked = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)
const tooLarge = (bytesMax: number) =>
  Object.assign(new Error('too large'), { code: `the answer has more than ${bytesMax} bytes` })

const pinnedTo = (addresses: readonly LookupAddress[]) =>
  ((_host, asked, done) =>
    asked.all
      ? done(null, [...addresses])
      : done(null, addresses[0]?.address as string, addresses[0]?.family)) as LookupFunction

async function judgedAddresses(url: URL, options: OutboundOptions, deadline: AbortSignal) {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const version = isIP(host)
  const found =
    version !== 0
      ? [{ address: host, family: version }]
      : await abortable((options.resolve ?? systemResolve)(host), deadline).catch((cause: Error) => {
          throw new OutboundError(
            deadline.aborted
              ? `The name ${host} was not resolved in time.`
              : `The name ${host} cannot be resolved (${cause.message}).`,
            { cause },
          )
        })
  const addresses = found.slice(0, addressesMax)
  if (addresses.length === 0) throw new OutboundError(`The name ${host} has no address.`)
  for (const { address } of addresses) {
    const refusal = addressRefusal(address, options.isAllowed)
    if (refusal !== undefined)
      throw new OutboundError(
        `${host}: ${refusal}. Add it to ${options.allowedBy ?? 'notifications.allowAddresses'} if it is intended.`,
        {
          refused: true,
        },
      )
  }
  return addresses
}

function answerOf(
  url: URL,
  addresses: readonly LookupAddress[],
  { headers, body, timeoutMs }: OutboundRequest,
  { ca }: OutboundOptions,
  deadline: AbortSignal,
): Promise<OutboundAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundAnswer>()
  const isSecure = url.protocol === 'https:'
  let reached = false
  const request = (isSecure ? https : http).request(url, {
    method: 'POST',
    // Not the global agent: it may send through a proxy, which would resolve the name again.
    agent: false,
    headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
    lookup: pinnedTo(addresses),
    signal: deadline,
    ...(isSecure && ca !== undefined ? { ca } : {}),
  })
  request.on('socket', (socket) => {
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      reached = true
    })
  })
  request.on('response', (response) => {
    resolve({ status: response.statusCode as number, retryAfter: response.headers['retry-after'] })
    response.on('error', () => {})
    request.destroy()
  })
  request.on('error', (cause: NodeJS.ErrnoException) =>
    reject(new OutboundError(reasonOf(url.host, cause, deadline, timeoutMs), { reached, cause })),
  )
  request.end(body)
  return promise
}

function reasonOf(host: string, fault: NodeJS.ErrnoException, deadline: AbortSignal, timeoutMs: number): string {
  if (deadline.aborted) return `${host} has not answered within ${timeoutMs / 1_000} s.`
  if (fault.code === 'ECONNREFUSED') return `${host} refused the connection.`
  if (fault.code === 'ECONNRESET' || fault.code === 'EPIPE') return `${host} closed the connection without an answer.`
  if (fault.code?.startsWith('HPE_')) return `${host} sent an answer that is not HTTP.`
  return `${host} cannot be reached (${fault.code ?? fault.message}).`
}

/** Rejects when the signal is aborted; what was begun is left to end. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
