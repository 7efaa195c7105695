/**
 * UDP: one datagram is one frame. A sender that cares begins it with a line `#ack ID`, which is no part of the frame, and is sent
 * `ACK ID` once it is durable; without an answer it sends again. For all others there is no acknowledgement, so what is lost is measured: the kernel's drop counter of the socket
 * goes to the ledger and stands among the facts of the source, and what intake refuses is kept in memory and tried again, up to a
 * limit, then counted as refused.
 *
 * The receive buffer is asked to be large: a pause of 100 ms at 10,000 datagrams a second loses 4 % with the usual one. What the
 * kernel granted is a fact of the source, and less than asked for is a warning. This machine may always send, others when their address is
 * listed or the datagram begins with a proof (token-line.ts): then the source is that of the token.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { createAllowList } from '../allow-list.ts'
import { createDeliveryQueue } from '../delivery-queue.ts'
import { aborted } from '../listener.ts'
import { createRefusals } from '../refusals.ts'
import { deviceLimitMeta, limitRefusal } from '../sender-limits.ts'
import {
  IntakeRefused,
  notAvailable,
  type Sender,
  type Source,
  type SourceContext,
  type TokenCheck,
} from '../source.ts'
import { type Proof, proofOf } from '../token-line.ts'
import { kernelDrops } from './kernel-drops.ts'

export interface UdpSourceOptions {
  readonly listen: { readonly host: string; readonly port: number }
  /** Addresses and CIDR ranges beside this machine. */
  readonly allow?: readonly string[]
  /** `token`: only senders with a token. Default `listed`. */
  readonly access?: 'listed' | 'token'
  /** Absent: no sender can prove who it is by a token. */
  readonly tokens?: TokenCheck
  readonly name?: string
  readonly codec?: string
  readonly time?: 'trust'
  /** Called with the port that was bound; it matters when 0 was asked for. */
  readonly onListening?: (port: number) => void
}

const receiveBufferBytes = 8 * 1024 * 1024
/** Received and not yet durable. */
const keptBytesMax = 32 * 1024 * 1024
const dropsLookMs = 2_000
const closeMs = 5_000

export function udpSource(options: UdpSourceOptions): Source {
  const isListed = createAllowList(options.allow ?? [])
  const maySend = (address: string | undefined) => options.access !== 'token' && isListed(address)
  return {
    name: options.name ?? 'udp',
    kind: 'udp',
    run: (signal, context) => serve(options, maySend, signal, context),
  }
}

async function serve(
  options: UdpSourceOptions,
  maySend: (address: string) => boolean,
  signal: AbortSignal,
  context: SourceContext,
): Promise<void> {
  const { listen, codec = 'generic', time } = options
  const queue = createDeliveryQueue(context, { onRefused: 'retry', signal })
  const refusals = createRefusals(context)
  const receive = (datagram: Buffer, { address, port }: RemoteInfo) => {
    const { proof, bytes: proven } = proofOf(datagram)
    const sender = proof && senderOf(proof, proven, options.tokens)
    const reason = refusalOf(proof, sender, address, maySend)
    if (reason !== undefined) return refusals.refuse(reason, { peer: address, source: sender?.source })
    if (queue.held > keptBytesMax) return context.refused(1, 'overload')
    const { id, bytes } = splitRequest(proven)
    const delivery = {
      framing: 'whole',
      codec,
      meta: { peer: address, ...(sender ? deviceLimitMeta(sender) : {}) },
      ...(sender ? { source: sender.source } : {}),
      ...((sender?.time ?? time) ? { time: 'trust' as const } : {}),
      bytes,
      frames: 1,
    } as const
    queue.add([delivery]).then(
      // A lost answer is asked for again.
      () => id !== undefined && socket.send(`ACK ${id}\n`, port, address, () => {}),
      (fault) => {
        if (!(fault instanceof IntakeRefused)) context.log.error('a datagram could not be kept', { fault })
      },
    )
  }

  const socket = createSocket({ type: isIPv6(listen.host) ? 'udp6' : 'udp4' })
  // A burst that is waiting when the socket is bound shall find the large buffer.
  socket.on('message', receive)
  const listening = once(socket, 'listening')
  socket.bind({ address: listen.host, port: listen.port, exclusive: true })
  await listening
  socket.on('error', (fault) => context.log.warn('a datagram could not be received', { fault }))
  const { address, port } = socket.address()
  const granted = grantBuffer(socket)
  const warnings = granted < receiveBufferBytes ? [smallBuffer(granted)] : []
  for (const warning of warnings) context.log.warn(warning)
  context.status(
    'up',
    `listening on ${address}:${port}, ${[`receive buffer ${kib(granted)} KiB`, ...warnings].join('; ')}`,
  )
  options.onListening?.(port)

  /** Counted since the socket was bound; undefined where the platform does not say. */
  let drops: number | undefined
  const look = async () => {
    const now = await kernelDrops(address, port)
    const more = (now ?? 0) - (drops ?? 0)
    drops = now
    if (more > 0) {
      const detail = `The receive buffer was full: the kernel dropped ${more} datagrams unread. Raise net.core.rmem_max, or send slower.`
      context.lost({ cause: 'kernel-drop', frames: more, detail })
      context.log.error('the kernel dropped datagrams before they could be read', { datagrams: more })
    }
    const figures = { kernel_drops: now ?? notAvailable, receive_buffer_bytes: granted }
    context.facts({
      lossy: 'UDP: a sender that asks for no acknowledgement cannot know what was lost',
      warnings: [...warnings, ...refusals.warnings()],
      figures,
    })
  }
  // One look at a time: two at once would count the same drops twice.
  let looking: Promise<void> = look()
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, dropsLookMs)
  await aborted(signal)
  clearInterval(timer)
  await looking.then(look)
  const late = new AbortController()
  // The sleep is aborted once it is not needed any more.
  await Promise.race([queue.settled(), context.clock.sleep(closeMs, late.signal).catch(() => {})])
  late.abort()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
}

const senderOf = (proof: Proof, bytes: Buffer, tokens: TokenCheck | undefined): Sender | undefined =>
  proof.is === 'token' ? tokens?.ingest(proof.token) : tokens?.signed?.(proof.source, proof.mac, bytes)

/** Why a datagram is refused; undefined where it is taken. */
function refusalOf(
  proof: Proof | undefined,
  sender: Sender | undefined,
  address: string,
  maySend: (address: string) => boolean,
): string | undefined {
  if (sender) return limitRefusal(sender, { address })
  if (proof) return 'the first line is no valid proof of a token'
  return maySend(address) ? undefined : 'the address is not in the allow list, and the datagram begins with no token'
}

/** An id is for its sender: a number, or any id that fits. */
const request = /^#ack ([\x21-\x7e]{1,32})\r?\n/

function splitRequest(datagram: Buffer): { readonly id: string | undefined; readonly bytes: Buffer } {
  const [line, id] = request.exec(datagram.toString('latin1', 0, 48)) ?? []
  return { id, bytes: line === undefined ? datagram : datagram.subarray(line.length) }
}

/** Bytes of the receive buffer that the kernel gave. */
function grantBuffer(socket: Socket): number {
  try {
    socket.setRecvBufferSize(receiveBufferBytes)
  } catch {
    // Some platforms refuse what is above their limit instead of granting less.
  }
  // Linux reports twice what it grants: the other half is its own bookkeeping.
  return socket.getRecvBufferSize() / (process.platform === 'linux' ? 2 : 1)
}

const kib = (bytes: number) => Math.round(bytes / 1024)
const smallBuffer = (granted: number) =>
  `the kernel grants ${kib(granted)} KiB of the ${kib(receiveBufferBytes)} KiB receive buffer: a burst can overflow it; raise net.core.rmem_max`

/** What would lose datagrams here, tried on its own socket. */
export async function udpPreflight(): Promise<readonly string[]> {
  const socket = createSocket({ type: 'udp4' })
  socket.bind({ address: '127.0.0.1', port: 0 })
  await once(socket, 'listening')
  const granted = grantBuffer(socket)
  socket.close()
  return granted < receiveBufferBytes ? [smallBuffer(granted)] : []
}
