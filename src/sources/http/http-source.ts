/**
 * HTTP ingest: readings and LoRaWAN webhooks, on a plain node:http server for speed.
 *
 * Promises
 * - 202 `{"accepted":n}` is sent after the sync that covers the n frames, never before.
 * - What is not accepted is answered with 4xx or 5xx and counted; 429 and 503 say when to come again.
 * - A body of a known sender that cannot be decoded is still accepted: it is kept and answered for later.
 * - Body, frames, connections and bytes in flight are bounded; a slow sender is cut off by the clock.
 * - Closing answers everything in flight, within 5 s.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type Socket } from 'node:net'
import type { AddressList } from '../../lib/address-list.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { countFrames, type Framing, headerRow } from '../../lib/frames.ts'
import { hasTwoHosts, originForm } from '../../lib/http-target.ts'
import { createLimitedWarn } from '../../lib/limited-warn.ts'
import type { ConnectionLimits } from '../connection-limits.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
import { createRefusals, type Refusals } from '../refusals.ts'
import { deviceLimitMeta, limitRefusal } from '../sender-limits.ts'
import {
  type Delivery,
  IntakeRefused,
  type Sender,
  type Source,
  type SourceContext,
  type TokenCheck,
} from '../source.ts'
import {
  type BodyFault,
  type ByteBudget,
  bodyBytesMax,
  createByteBudget,
  dropRest,
  readBody,
  release,
  reserve,
} from './body.ts'
import { asUtf8 } from './body-text.ts'
import { csvFormOf } from './csv-form.ts'
import {
  forbidden,
  framesMax,
  fromFault,
  later,
  noFrames,
  type Problem,
  problemText,
  type Refusal,
  sendProblem,
  tooManyFrames,
  twoHosts,
  unauthorized,
  unknownCharset,
  unknownPath,
  unsupported,
  wrongMethod,
} from './problem.ts'
import { type Route, routes } from './routes.ts'
import { unpack } from './unpack.ts'

export interface HttpSourceOptions {
  readonly listen: ListenOn
  readonly tokens: TokenCheck
  readonly name?: string
  readonly time?: 'trust'
  readonly onListening?: (url: string) => void
  /** Whose X-Forwarded-For names the client. */
  readonly trustedProxies?: AddressList
  /** Shared with the other listeners. */
  readonly connections?: ConnectionLimits
  /** Shorter limits for tests. */
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits {
  /** Until the head of a request is complete. */
  readonly headersMs: number
  /** Until the whole request is. */
  readonly requestMs: number
  /** A kept-alive connection without a request; longer than the 60 s of common proxies, so that they close first. */
  readonly idleMs: number
  readonly connectionsMax: number
  /** What closing may take. */
  readonly closeMs: number
  /** While closing: a connection without a request may still bring one for this long; its answer ends it. */
  readonly closeIdleMs: number
}

const defaultLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 75_000,
  connectionsMax: 4_096,
  closeMs: 5_000,
  closeIdleMs: 500,
}

/** Interval of the facts. */
const factsEveryMs = 2_000
/** While closing: how often connections that have become idle are looked for. */
const closeLookMs = 50

const defaultName = 'http'

export function httpSource(options: HttpSourceOptions): Source {
  return { name: options.name ?? defaultName, kind: 'http', run: (signal, context) => serve(options, signal, context) }
}

async function serve(options: HttpSourceOptions, signal: AbortSignal, context: SourceContext): Promise<void> {
  const limits = { ...defaultLimits, ...options.limits }
  const { connections, name = defaultName } = options
  const warn = createLimitedWarn(context.log, context.clock)
  const refusals = createRefusals(context)
  const { trustedProxies = () => false } = options
  const addressOf = (request: IncomingMessage) =>
    clientAddress(
      { socket: request.socket, headers: { 'x-forwarded-for': request.headers['x-forwarded-for'] } },
      trustedProxies,
    )
  const shared: RequestContext = { ...options, held: createByteBudget(), source: context, signal, refusals, addressOf }
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    noDelay: true,
  })
  server.maxConnections = limits.connectionsMax
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    answer(shared, request, response).catch((fault) => {
      context.log.error('a request failed by our own fault', { fault })
      if (response.headersSent) response.destroy()
      else sendProblem(response, { status: 500, detail: 'the server failed at this request; the cause is in its log' })
    })
  }
  server.on('connection', (socket: Socket) => connections?.admit(socket, { name, log: context.log }))
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  server.on('clientError', onClientError)

  const address = await listen(server, options.listen, { name, context, connections })
  server.on('error', (fault) => warn('a connection could not be taken', { fault }))
  server.on('drop', () => warn('a connection was refused: too many are open', { max: limits.connectionsMax }))
  const tell = () => connections && context.facts({ figures: connections.figures(name), warnings: refusals.warnings() })
  tell()
  const facts = setInterval(tell, factsEveryMs)
  context.status('up', `listening on ${address}`)
  options.onListening?.(`http://${address}`)
  await aborted(signal)
  clearInterval(facts)
  const late = setTimeout(() => server.closeAllConnections(), limits.closeMs)
  const idleAt = context.clock.monotonic() + limits.closeIdleMs
  const idle = setInterval(() => {
    if (context.clock.monotonic() >= idleAt) server.closeIdleConnections()
  }, closeLookMs)
  // Not http's own close: it would at once cut off connections whose request is still on its way.
  await new Promise<void>((resolve) => net.Server.prototype.close.call(server, () => resolve()))
  clearTimeout(late)
  clearInterval(idle)
}

/** What all requests share. */
interface RequestContext extends HttpSourceOptions {
  readonly held: ByteBudget
  readonly source: SourceContext
  readonly refusals: Refusals
  /** Of the client, also behind a trusted proxy. */
  addressOf(request: IncomingMessage): string
  readonly signal: AbortSignal
}

async function answer(context: RequestContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (context.signal.aborted) response.setHeader('connection', 'close')
  const { method, headers } = request
  const url = originForm(request.url ?? '/')
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const route = routes.get(path)
  const refuse = (problem: Problem) => {
    dropRest(request)
    sendProblem(response, problem)
  }
  if (hasTwoHosts(request.rawHeaders)) return refuse(twoHosts)
  if (!route) return refuse(unknownPath(path))
  if (method !== 'POST') return refuse(wrongMethod(path))
  const sender = senderOf(headers.authorization, context.tokens)
  if (sender === undefined) {
    context.refusals.refuse('no valid ingest token', { peer: context.addressOf(request) })
    return refuse(unauthorized)
  }
  const { source } = sender
  context.connections?.proven(request.socket)
  const limited = limitRefusal(sender, { address: context.addressOf(request) })
  if (limited !== undefined) {
    context.refusals.refuse(limited, { peer: context.addressOf(request), source })
    return refuse(forbidden(limited))
  }
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase()
  const contentType = headers['content-type'] ?? ''
  if ((encoding !== 'identity' && encoding !== 'gzip') || !route.framing(contentType, noBytes)) {
    context.source.refused(1, 'protocol', source)
    return refuse(unsupported(route, contentType, encoding))
  }
  if (headers.expect) response.writeContinue()
  let heldBytes = 0
  const hold = (bytes: number) => {
    heldBytes += bytes
    return reserve(context.held, source, bytes)
  }
  try {
    const body = await readBody(request, hold)
    if (body === 'gone') return
    const result =
      typeof body === 'string'
        ? fromFault(body)
        : await accept(context, route, { sender, body, encoding, url, request, hold })
    if (typeof result === 'number') return sendAccepted(response, result)
    context.source.refused(result.frames, result.cause, source)
    sendProblem(response, result.problem)
  } catch (fault) {
    if (!(fault instanceof IntakeRefused)) throw fault
    sendProblem(response, later(503, fault.message, fault.retryAfterS))
  } finally {
    release(context.held, source, heldBytes)
  }
}

interface Upload {
  readonly sender: Sender
  readonly body: Buffer
  readonly encoding: string
  readonly url: string
  readonly request: IncomingMessage
  hold(bytes: number): BodyFault | undefined
}

/** Frames accepted, once durable. Throws IntakeRefused, which intake has counted. */
async function accept(context: RequestContext, route: Route, upload: Upload): Promise<number | Refusal> {
  const { sender, body, encoding, url, request } = upload
  const { source, time = context.time } = sender
  const contentType = request.headers['content-type'] ?? ''
  const mark = url.indexOf('?')
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const meta: Readonly<Record<string, string>> = { ...route.meta(query, request.headers), ...deviceLimitMeta(sender) }
  const queryFault = route.queryFault?.(query)
  if (queryFault !== undefined) return noFrames(queryFault)
  const common = { source, codec: route.codec, ...(time ? { time } : {}) }
  const unpacked = encoding === 'gzip' ? await unpack(source, body) : body
  if (typeof unpacked === 'string') return fromFault(unpacked)
  let delivery: Delivery
  if (!unpacked)
    delivery = { ...common, meta: { ...meta, 'content-encoding': 'gzip' }, framing: 'whole', bytes: body, frames: 1 }
  else {
    const fault = encoding === 'gzip' ? upload.hold(unpacked.length) : undefined
    if (fault) return fromFault(fault)
    const text = route.text ? asUtf8(contentType, unpacked) : { bytes: unpacked }
    if (!text) return unknownCharset
    const { bytes, charset } = text
    const rewritten = bytes.length - unpacked.length
    const more = bytes.length > bodyBytesMax ? 'too-large' : rewritten > 0 ? upload.hold(rewritten) : undefined
    if (more) return fromFault(more)
    const framed = framedBody(route, contentType, bytes, meta['rename'] !== undefined)
    if (typeof framed === 'string') return noFrames(framed)
    const { framing, rows, separator } = framed
    const frames = countFrames(framing, rows)
    if (frames > framesMax) return tooManyFrames(frames)
    if (frames === 0) return noFrames(nothingIn(framing, bytes))
    const extended = {
      ...meta,
      ...(charset === undefined ? {} : { charset }),
      ...(separator === ',' ? {} : { separator }),
    }
    delivery = { ...common, meta: extended, framing, bytes: rows, frames }
  }
  await context.source.deliver([delivery])
  return delivery.frames
}

interface FramedBody {
  readonly framing: Framing
  readonly rows: Buffer
  readonly separator: string
}

/** How a body splits, or why it cannot. A map of columns needs a row that names them. */
function framedBody(route: Route, contentType: string, bytes: Buffer, hasMap: boolean): FramedBody | string {
  const first = route.framing(contentType, bytes) ?? 'whole'
  if (!first.startsWith('csv')) return { framing: first, rows: bytes, separator: ',' }
  const form = csvFormOf(bytes, headerRow(bytes, first))
  if (!form)
    return 'the first line announces a separator that is none of comma, semicolon and tab; separate the columns by commas'
  const rows = bytes.subarray(form.skipBytes)
  const framing = route.framing(contentType, rows) ?? first
  const named = hasMap && !framing.endsWith('-header') ? (`${framing}-header` as Framing) : framing
  return { framing: named, rows, separator: form.separator }
}

const nothingIn = (framing: Framing, bytes: Buffer) =>
  `the body holds no reading${framing.startsWith('csv') && bytes.length > 0 ? ': it has no row below the names of the columns' : ''}`

function sendAccepted(response: ServerResponse, frames: number) {
  const body = `{"accepted":${frames}}`
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}

const noBytes = new Uint8Array()

function senderOf(authorization: string | undefined, tokens: TokenCheck): Sender | undefined {
  const token = authorization && /^bearer +(\S+)$/i.exec(authorization)?.[1]
  return token ? tokens.ingest(token) : undefined
}

/** What node could not read as HTTP is answered and the connection closed. */
function onClientError(fault: NodeJS.ErrnoException, socket: Socket) {
  if (!socket.writable || fault.code === 'ECONNRESET') return socket.destroy()
  const problem =
    fault.code === 'HPE_HEADER_OVERFLOW'
      ? { status: 431, detail: 'the head of the request is too large; send fewer or shorter headers' }
      : fault.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? { status: 408, detail: 'the request did not arrive in time; send it again' }
        : { status: 400, detail: 'this is no HTTP request that the server can read' }
  return socket.end(problemText(problem))
}
