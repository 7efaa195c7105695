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
import { countFrames, type Framing, headerRow } from '../../lib/frames.ts'
import { hasTwoHosts, originForm } from '../../lib/http-target.ts'
import type { ConnectionLimits } from '../connection-limits.ts'
import { createLimitedWarn } from '../limited-warn.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
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
import { csvFormFault } from './csv-form.ts'
import {
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
  const desk: Desk = { ...options, held: createByteBudget(), context, signal }
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    noDelay: true,
  })
  server.maxConnections = limits.connectionsMax
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    answer(desk, request, response).catch((fault) => {
      context.log.error('a request failed by our own fault', { fault })
      if (response.headersSent) response.destroy()
      else sendProblem(response, { status: 500, detail: 'the server failed at this request; its log says why' })
    })
  }
  server.on('connection', (socket: Socket) => connections?.admit(socket, { name, log: context.log }))
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  server.on('clientError', onClientError)

  const address = await listen(server, options.listen)
  server.on('error', (fault) => warn('a connection could not be taken', { fault }))
  server.on('drop', () => warn('a connection was refused: too many are open', { max: limits.connectionsMax }))
  const tell = () => connections && context.facts({ figures: connections.figures(name) })
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

interface Desk extends HttpSourceOptions {
  readonly held: ByteBudget
  readonly context: SourceContext
  readonly signal: AbortSignal
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (desk.signal.aborted) response.setHeader('connection', 'close')
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
  const sender = senderOf(headers.authorization, desk.tokens)
  if (sender === undefined) {
    desk.context.refused(1, 'unauthorized')
    return refuse(unauthorized)
  }
  const { source } = sender
  desk.connections?.proven(request.socket)
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase()
  const contentType = headers['content-type'] ?? ''
  if ((encoding !== 'identity' && encoding !== 'gzip') || !route.framing(contentType, noBytes)) {
    desk.context.refused(1, 'protocol', source)
    return refuse(unsupported(route, contentType, encoding))
  }
  if (headers.expect) response.writeContinue()
  let heldBytes = 0
  const hold = (bytes: number) => {
    heldBytes += bytes
    return reserve(desk.held, source, bytes)
  }
  try {
    const body = await readBody(request, hold)
    if (body === 'gone') return
    const result =
      typeof body === 'string'
        ? fromFault(body)
        : await accept(desk, route, { sender, body, encoding, url, request, hold })
    if (typeof result === 'number') return sendAccepted(response, result)
    desk.context.refused(result.frames, result.cause, source)
    sendProblem(response, result.problem)
  } catch (fault) {
    if (!(fault instanceof IntakeRefused)) throw fault
    sendProblem(response, later(503, fault.message, fault.retryAfterS))
  } finally {
    release(desk.held, source, heldBytes)
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
async function accept(desk: Desk, route: Route, upload: Upload): Promise<number | Refusal> {
  const { sender, body, encoding, url, request } = upload
  const { source, time = desk.time } = sender
  const contentType = request.headers['content-type'] ?? ''
  const mark = url.indexOf('?')
  const meta = route.meta(mark < 0 ? '' : url.slice(mark + 1), request.headers)
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
    const framing = route.framing(contentType, bytes) ?? 'whole'
    const frames = countFrames(framing, bytes)
    if (frames > framesMax) return tooManyFrames(frames)
    const wrong = formFault(framing, bytes, frames)
    if (wrong !== undefined) return noFrames(wrong)
    const extended = charset === undefined ? meta : { ...meta, charset }
    delivery = { ...common, ...(extended ? { meta: extended } : {}), framing, bytes, frames }
  }
  await desk.context.deliver([delivery])
  return delivery.frames
}

/** Why nothing of a body can be a reading: then its sender must hear of it, for nothing would be kept. */
function formFault(framing: Framing, bytes: Buffer, frames: number): string | undefined {
  const csv = framing.startsWith('csv')
  const wrong = csv ? csvFormFault(bytes, headerRow(bytes, framing)) : undefined
  if (wrong !== undefined || frames > 0) return wrong
  return `the body holds no reading${csv && bytes.length > 0 ? ': it has no row below the names of the columns' : ''}`
}

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
