/**
 * TCP lines: LF or CRLF, up to 64 KiB, one reading a line.
 *
 * Promises
 * - Lines that arrive together go to the journal together. While too many are not durable, or intake refuses, the socket is
 *   paused: the sender's window closes and nothing is dropped.
 * - A client whose first line is `#ack on` gets `ACK n` after each sync: its first n lines (blank ones not counted, the `#ack on`
 *   line neither) are durable, readings and noise alike. After a broken connection it sends again from line n + 1:
 *   what is journaled of it names the connection (`meta.conn`), so that processing finds the repetition.
 * - A line that names CSV columns (`device,...`) holds for the lines after it on that connection; it is kept as noise. So is an
 *   overlong line, and a line cut off by the end of the connection: it could read as another value than was meant.
 * - This machine may always send, others when their address is listed or their first line is `#token TOKEN`: then the source is that of the token.
 *   A token that is revoked ends its connections.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { createLimitedWarn } from '../../lib/limited-warn.ts'
import { createAllowList } from '../allow-list.ts'
import type { ConnectionLimits } from '../connection-limits.ts'
import { createDeliveryQueue, type DeliveryQueue } from '../delivery-queue.ts'
import { createLineSplitter, type Piece } from '../line-splitter.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
import { createRefusals } from '../refusals.ts'
import { deviceLimitMeta } from '../sender-limits.ts'
import type { Delivery, Sender, Source, SourceContext, TokenCheck } from '../source.ts'
import { createAckWriter } from './acks.ts'
import { createLineSender, type LineSender, unlisted } from './line-sender.ts'

export interface TcpSourceOptions {
  readonly listen: ListenOn
  /** Addresses and CIDR ranges beside this machine. */
  readonly allow?: readonly string[]
  /** `token`: only senders with a token. Default `listed`. */
  readonly access?: 'listed' | 'token'
  /** Absent: no sender can prove who it is by a token. */
  readonly tokens?: TokenCheck
  readonly name?: string
  readonly time?: 'trust'
  readonly onListening?: (url: string) => void
  /** Shared with the other listeners. */
  readonly connections?: ConnectionLimits
}

const defaultName = 'tcp'
/** Interval of the facts. */
const factsEveryMs = 2_000

const connectionsMax = 2_000
/** Received and not yet durable: of one connection, and of all. */
const connectionBytesMax = 1024 * 1024
const allBytesMax = 64 * 1024 * 1024
/** How often a paused socket looks whether it may go on. */
const pausedLookMs = 10
/** Finds peers that vanished without a word. */
const keepAliveMs = 60_000
const closeMs = 5_000
/** For the first line of an address that is not listed: the token. */
const tokenMs = 10_000
/** Two connections of one source never share an id, across restarts too. */
const connectionIdBytes = 6

export function tcpSource(options: TcpSourceOptions): Source {
  const isListed = createAllowList(options.allow ?? [])
  const maySend = (address: string | undefined) => options.access !== 'token' && isListed(address)
  return {
    name: options.name ?? defaultName,
    kind: 'tcp',
    run: (signal, context) => serve(options, maySend, signal, context),
  }
}

async function serve(
  options: TcpSourceOptions,
  maySend: (address: string | undefined) => boolean,
  signal: AbortSignal,
  context: SourceContext,
): Promise<void> {
  const queue = createDeliveryQueue(context, { onRefused: 'retry', signal })
  const lines = new Set<Line>()
  const { connections, tokens, name = defaultName } = options
  const refusals = createRefusals(context)
  const warn = createLimitedWarn(context.log, context.clock)
  const server = createServer(
    { keepAlive: true, keepAliveInitialDelay: keepAliveMs, noDelay: true, allowHalfOpen: true },
    (socket) => {
      const isListed = maySend(socket.remoteAddress)
      if (!(isListed || tokens)) {
        refusals.refuse(unlisted, { peer: socket.remoteAddress })
        socket.destroy()
        return
      }
      if (connections && !connections.admit(socket, { name, log: context.log })) return
      const from = createLineSender({ socket, isListed, tokens, refusals })
      const onLine = () => connections?.proven(socket)
      const line = takeLines({ socket, queue, context, time: options.time, from, onLine })
      lines.add(line)
      if (!isListed) closeWithoutToken(socket, from)
      // A client may close its side after its last line and wait for the acknowledgement.
      socket.once('end', () => line.end())
      socket.once('close', () => lines.delete(line))
    },
  )
  server.maxConnections = connectionsMax
  const address = await listen(server, options.listen, { name, context, connections })
  server.on('error', (fault) => warn('a connection could not be taken', { fault }))
  server.on('drop', () => warn('a connection was refused: too many are open', { max: connectionsMax }))
  let version = tokens?.version?.()
  const tell = () => {
    const figures = { connections: lines.size, ...connections?.figures(name) }
    if (connections) context.facts({ figures, warnings: refusals.warnings() })
    if (version === tokens?.version?.()) return
    version = tokens?.version?.()
    for (const line of lines) line.checkToken()
  }
  tell()
  const facts = setInterval(tell, factsEveryMs)
  context.status('up', `listening on ${address}`)
  options.onListening?.(`tcp://${address}`)
  await aborted(signal)
  clearInterval(facts)
  server.close()
  const late = new AbortController()
  // The sleep is aborted once it is not needed any more.
  const inTime = context.clock.sleep(closeMs, late.signal).catch(() => {})
  for (const line of lines) line.stop()
  await Promise.race([queue.settled(), inTime])
  await Promise.race([Promise.all([...lines].map((line) => line.end())), inTime])
  late.abort()
}

/** Silent connections of strangers would keep the places of honest senders. */
function closeWithoutToken(socket: Socket, from: LineSender): void {
  const late = setTimeout(() => {
    if (!from.sender()) socket.destroy()
  }, tokenMs)
  socket.once('close', () => clearTimeout(late))
}

interface Line {
  /** Ends it where its token is none any more. */
  checkToken(): void
  /** Reads no more. */
  stop(): void
  /** Closes once everything read is settled and acknowledged. */
  end(): Promise<void>
}

interface Connection {
  readonly socket: Socket
  readonly queue: DeliveryQueue
  readonly context: SourceContext
  readonly time: 'trust' | undefined
  readonly from: LineSender
  /** A complete line has come. */
  onLine(): void
}

type Lines = Extract<Piece, { kind: 'lines' }>

const linesOf = (
  { bytes, lines, columns }: Lines,
  meta: Readonly<Record<string, string>>,
  sender: Sender | undefined,
  time: 'trust' | undefined,
): Delivery => ({
  framing: 'lines',
  codec: 'generic',
  meta: { ...meta, ...(columns === undefined ? {} : { columns }), ...(sender ? deviceLimitMeta(sender) : {}) },
  ...(sender ? { source: sender.source } : {}),
  ...((sender?.time ?? time) ? { time: 'trust' as const } : {}),
  bytes,
  frames: lines,
})

function takeLines({ socket, queue, context, time, from, onLine }: Connection): Line {
  const splitter = createLineSplitter()
  const acks = createAckWriter(socket)
  const meta = { peer: socket.remoteAddress ?? '' }
  const acknowledged = { ...meta, conn: randomBytes(connectionIdBytes).toString('hex') }
  let undurableBytes = 0
  let settled: Promise<void> = Promise.resolve()
  let stopped = false

  function take(piece: Piece) {
    const { bytes, lines } = piece
    if (piece.kind === 'lines') onLine()
    undurableBytes += bytes.length
    const done = piece.kind === 'noise' ? queue.noise(bytes) : queue.add([deliveryOf(piece)])
    settled = Promise.all([settled, done]).then(() => {
      undurableBytes -= bytes.length
      acks.durable(lines)
    })
    // Refused for good: the sender must not believe otherwise. The queue has counted it.
    settled.catch(() => socket.destroy())
  }

  const deliveryOf = (piece: Lines): Delivery => linesOf(piece, acks.isOn ? acknowledged : meta, from.sender(), time)

  const mustPause = () =>
    queue.refusing || undurableBytes > connectionBytesMax || queue.bytes > allBytesMax || context.pressure()
  function steer() {
    if (stopped || socket.destroyed) return
    if (!mustPause()) return socket.resume()
    socket.pause()
    setTimeout(steer, pausedLookMs)
  }

  socket.on('data', (chunk: Buffer) => {
    for (const piece of splitter.push(acks.withoutRequest(from.admitted(chunk)))) take(piece)
    if (mustPause()) steer()
  })
  socket.on('error', (fault) => context.log.debug('a connection broke', { peer: meta.peer, fault }))
  socket.once('close', () => {
    const cut = Buffer.concat([from.rest(), acks.rest(), splitter.rest()])
    // Noise that is refused is counted as that.
    if (cut.length > 0) queue.noise(cut).catch(() => {})
  })

  return {
    checkToken: () => from.check(),
    stop() {
      stopped = true
      socket.pause()
    },
    async end() {
      // Each line has had its own answer.
      await settled.catch(() => {})
      await acks.flushed()
      socket.destroySoon()
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
    },
  }
}
