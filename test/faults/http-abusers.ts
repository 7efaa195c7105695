/** Thread of those who abuse an HTTP listener: each kind of harm over and over, on its own connections, until the time is over. */
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { createRandom } from './random.ts'

export interface AbuserOptions {
  readonly port: number
  readonly seed: number
  readonly ms: number
}

const mebibyte = 1024 * 1024
/** Small on the wire, as large as it may be, or far too large, unpacked. */
const bombs = [8 * mebibyte - 1, 8 * mebibyte + 1, 200 * mebibyte].map((bytes) =>
  gzipSync(Buffer.alloc(bytes, ' '), { level: 9 }),
)
const rows = Buffer.from(`[${'1,'.repeat(49_999)}1]`)
const slowConnections = 300
const trickleMs = 400
const floodConnections = 10

const head = (lines: string) => `POST /ingest/v1 HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${lines}`
const known = 'authorization: Bearer abuser\r\n'

async function beAbusive({ port, seed, ms }: AbuserOptions): Promise<number> {
  const random = createRandom(seed)
  const until = performance.now() + ms
  const open = new Set<net.Socket>()
  let abuses = 0

  function connect(): net.Socket {
    abuses++
    const socket = net.connect(port, '127.0.0.1')
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => open.delete(socket))
    socket.resume()
    return socket
  }
  const on = () => performance.now() < until
  const closed = (socket: net.Socket) =>
    Promise.race([
      new Promise((resolve) => socket.once('close', resolve)),
      sleep(Math.max(0, until - performance.now())),
    ])

  /** Sends the beginning at once and the rest byte by byte. */
  async function trickle(beginning: string, rest: string) {
    while (on()) {
      const socket = connect()
      socket.write(beginning)
      for (let at = 0; at < rest.length && on() && !socket.destroyed; at++) {
        await sleep(trickleMs * (0.5 + random()))
        socket.write(rest[at] as string)
      }
      socket.destroy()
    }
  }
  /** Writes as fast as the other side reads, until it is cut off. */
  async function pour(beginning: string, block: Buffer) {
    while (on()) {
      const socket = connect()
      socket.write(beginning)
      while (on() && !socket.destroyed) if (!socket.write(block)) await drained(socket, until)
      socket.destroy()
      await sleep(5)
    }
  }
  async function repeat(bytes: () => Buffer, pauseMs: number) {
    while (on()) {
      const socket = connect()
      socket.end(bytes())
      await closed(socket)
      socket.destroy()
      await sleep(pauseMs * random())
    }
  }
  const bomb = (token: string) => () => {
    const body = bombs[Math.floor(random() * bombs.length)] as Buffer
    return Buffer.concat([
      Buffer.from(
        head(`${token}content-encoding: gzip\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`),
      ),
      body,
    ])
  }
  const manyHeaders = () => Buffer.from(head(`${'x: y\r\n'.repeat(1 + Math.floor(random() * 4_000))}\r\n`))
  const longHeader = () => Buffer.from(head(`x: ${'y'.repeat(1 + Math.floor(random() * 100_000))}\r\n\r\n`))
  const pipelined = () => Buffer.from(`${head('content-length: 0\r\n\r\n')}`.repeat(200))
  const manyFrames = () =>
    Buffer.concat([Buffer.from(head(`${known}connection: close\r\ncontent-length: ${rows.length}\r\n\r\n`)), rows])

  const block = Buffer.alloc(64 * 1024, '1,')
  const times = (count: number, work: () => Promise<void>) => Array.from({ length: count }, work)
  await Promise.all([
    ...times(slowConnections, () => trickle('POST /ingest/v1 HTTP/1.1\r\nhost: ', 'a'.repeat(1_000))),
    ...times(slowConnections, () => trickle(head(`${known}content-length: 100000\r\n\r\n[`), '1,'.repeat(1_000))),
    ...times(4, () => pour(head(`${known}content-length: 1000000000\r\n\r\n`), block)),
    ...times(4, () => pour(head(`${known}transfer-encoding: chunked\r\n\r\n`), chunk(block))),
    ...times(2, () => pour(head('content-length: 1000000000\r\n\r\n'), block)),
    ...times(4, () => repeat(bomb(known), 50)),
    ...times(2, () => repeat(bomb(''), 50)),
    ...times(2, () => repeat(manyHeaders, 20)),
    ...times(2, () => repeat(longHeader, 20)),
    ...times(2, () => repeat(pipelined, 50)),
    ...times(2, () => repeat(manyFrames, 50)),
    ...times(floodConnections, () => repeat(() => Buffer.alloc(0), 50)),
  ])
  for (const socket of open) socket.destroy()
  return abuses
}

const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

/** Resolves when more may be written, or never will. */
function drained(socket: net.Socket, until: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(late)
      socket.off('drain', go).off('close', go)
      resolve()
    }
    const late = setTimeout(go, Math.max(0, until - performance.now()))
    socket.on('drain', go).on('close', go)
  })
}

if (parentPort) parentPort.postMessage(await beAbusive(workerData as AbuserOptions))
