/**
 * TLS for a server of any protocol: its connections are decrypted before it sees them.
 *
 * Promises
 * - One port: a connection whose first byte begins a TLS handshake is TLS, any other is plain.
 * - Plain connections are taken from this machine only (its commands, a reverse proxy on it); all others are refused, with one line of text for a
 *   person who tries a browser.
 * - A renewed certificate counts for the next connection; none that is open is dropped.
 * - A connection that sends nothing, or does not finish its handshake, is cut off by the clock, and is subject to the limits of the listener from
 *   its first moment on.
 */
import type { Server, Socket } from 'node:net'
import { createServer, type SecureContextOptions } from 'node:tls'
import type { AddressList } from './address-list.ts'
import { createAddressList, plainAddress } from './address-list.ts'
import type { Log } from './log.ts'
import { readTlsPair, type TlsFiles, watchTlsPair } from './tls-pair.ts'

export interface TlsListenerOptions {
  readonly files: TlsFiles
  readonly log: Log
  /** Of every connection, before its first byte is read; false: it was closed. */
  admit?(socket: Socket): boolean
  /** Whether a plain connection is taken; default: one from this machine. */
  mayBePlain?(socket: Socket): boolean
  /** A plain connection from elsewhere was refused. */
  onPlain?(socket: Socket): void
}

const firstByteMs = 10_000
const handshakeMs = 10_000
/** For the refusal to be read. */
const refusedMs = 2_000
/** A record of a TLS handshake (RFC 8446, 5.1). */
const handshakeByte = 22

const ofTls: SecureContextOptions = { minVersion: 'TLSv1.2' }
const isLoopback: AddressList = createAddressList(['127.0.0.0/8', '::1'])
const below = new WeakMap<Socket, Socket>()

/** The connection of the kernel below a decrypted one; a plain one is its own. */
export const rawSocketOf = (socket: Socket): Socket => below.get(socket) ?? socket

/** Call it when the server has its listeners, before it listens. Throws where the pair cannot be used. */
export function serveTls(
  server: Server,
  { files, log, admit, mayBePlain = isFromHere, onPlain }: TlsListenerOptions,
): void {
  const { cert, key } = readTlsPair(files)
  const handlers = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  const take = (socket: Socket) => {
    for (const handle of handlers) handle.call(server, socket)
  }
  const secure = createServer({ ...ofTls, cert, key, handshakeTimeout: handshakeMs })
  const watch = watchTlsPair(
    files,
    (pair) => secure.setSecureContext({ ...ofTls, cert: pair.cert, key: pair.key }),
    log,
  )
  server.once('close', () => watch[Symbol.dispose]())
  secure.on('secureConnection', (socket) => {
    const raw = (socket as unknown as { readonly _parent?: Socket })._parent
    if (raw) below.set(socket, raw)
    take(socket)
  })
  secure.on('tlsClientError', (_fault, socket) => socket.destroy())
  server.on('connection', (socket: Socket) => {
    if (admit && !admit(socket)) return
    firstByte(socket, (byte) => {
      if (byte === handshakeByte) secure.emit('connection', socket)
      else if (mayBePlain(socket)) take(socket)
      else {
        onPlain?.(socket)
        refuse(socket)
        return 'refused'
      }
      return 'taken'
    })
  })
}

const refusal =
  'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nThis port takes TLS only.\n'

/** What it has sent and still sends is thrown away: unread bytes would keep the connection open. */
function refuse(socket: Socket): void {
  const late = setTimeout(() => socket.destroy(), refusedMs).unref()
  socket.once('close', () => clearTimeout(late))
  socket.resume()
  socket.end(refusal, () => socket.destroySoon())
}

/** From a program on this machine: by loopback, or by an address of the machine to itself. */
export const isFromHere = ({
  remoteAddress = '',
  localAddress = '',
}: Pick<Socket, 'remoteAddress' | 'localAddress'>): boolean =>
  remoteAddress !== '' && (isLoopback(remoteAddress) || plainAddress(remoteAddress) === plainAddress(localAddress))

/** The byte stays in the connection. Who takes the connection listens for its faults. */
function firstByte(socket: Socket, then: (byte: number) => 'taken' | 'refused'): void {
  const onFault = () => {} // A connection that breaks here is closed: nothing of it was read.
  const late = setTimeout(() => socket.destroy(), firstByteMs)
  const done = () => {
    clearTimeout(late)
    socket.off('readable', onReadable)
    socket.off('end', onEnd)
    socket.off('close', done)
  }
  const onEnd = () => socket.destroy()
  const onReadable = () => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    done()
    socket.unshift(chunk)
    if (then(chunk[0] as number) === 'taken') socket.off('error', onFault)
  }
  socket.on('error', onFault)
  socket.on('readable', onReadable)
  socket.once('end', onEnd)
  socket.once('close', done)
}
