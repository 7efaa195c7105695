/**
 * A Modbus TCP server for the controllers of panels: read only, with what signs show at the moment of the request.
 *
 * Promises
 * - A client cannot change anything, and what it sends is bounded: one message of at most 260 bytes at a time, a fixed number of connections,
 *   none of them idle for long. What is no Modbus ends its connection.
 * - A port that cannot be bound is reported and tried again: nothing else depends on it.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { answerTo, messageLength } from './modbus-request.ts'
import { type RegisterMap, registerAt, serverBlock, signBlock } from './register-map.ts'
import type { SignPort } from './sign-port.ts'

export interface ModbusSettings {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly unit: number
  /** First register of each sign, by its id. */
  readonly registers: Readonly<Record<string, number>>
  readonly connections: number
  readonly idleS: number
}

export interface ModbusDeps {
  readonly settings: ModbusSettings
  readonly signs: SignPort
  readonly log: Log
  /** Whether a client of this address may connect. */
  mayConnect(address: string | undefined): boolean
  onListening?(port: number): void
}

const beatMs = 1_000
/** Answers that a client does not read. */
const unreadBytesMax = 65_536
const bindRetry = { firstMs: 1_000, capMs: 30_000 }

/** Serves until it is aborted. */
export async function serveModbus(deps: ModbusDeps, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await serveOnce(deps, signal)
    } catch (error) {
      const { host, port } = deps.settings
      deps.log.error(
        `Modbus is not served on ${host} port ${port}: free the port, or change signs.modbus; tried again`,
        { error },
      )
      // An abort ends the wait early: nothing is lost by that.
      await sleep(retryDelayMs(attempt, bindRetry), undefined, { signal }).catch(() => {})
    }
  }
}

async function serveOnce(deps: ModbusDeps, signal: AbortSignal): Promise<void> {
  const { settings, signs, log, onListening } = deps
  const map: RegisterMap = new Map(Object.entries(settings.registers).map(([id, first]) => [first, id]))
  const sockets = new Set<Socket>()
  let heartbeat = 0
  const beat = setInterval(() => heartbeat++, beatMs)
  /** All registers of one request belong to one moment. */
  const reader = () => {
    const known = new Map<string, readonly number[]>()
    const server = () => known.getOrInsertComputed('', () => serverBlock(signs.processingAge(), map.size, heartbeat))
    const sign = (id: string) => known.getOrInsertComputed(id, () => signBlock(signs.find(id), heartbeat))
    return (address: number) => registerAt(address, map, { server, sign })
  }
  const server = createServer((socket) => {
    if (!deps.mayConnect(socket.remoteAddress)) return void socket.destroy()
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.setTimeout(settings.idleS * 1_000, () => socket.destroy())
    // A client that goes away is no fault.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.on(
      'data',
      answering(socket, (message) => answerTo(message, settings.unit, reader())),
    )
  })
  server.maxConnections = settings.connections
  try {
    await listening(server, settings)
    const address = server.address()
    if (typeof address === 'object' && address) {
      log.info('signs are served over Modbus TCP', { host: settings.host, port: address.port, signs: map.size })
      onListening?.(address.port)
    }
    await ended(server, signal)
  } finally {
    clearInterval(beat)
    server.close()
    for (const socket of sockets) socket.destroy()
  }
}

/** Bytes come in any pieces, and may hold several messages. */
function answering(socket: Socket, answer: (message: Buffer) => Buffer) {
  let waiting: Buffer = Buffer.alloc(0)
  return (bytes: Buffer) => {
    waiting = waiting.length > 0 ? Buffer.concat([waiting, bytes]) : bytes
    try {
      for (let length = messageLength(waiting); length !== undefined; length = messageLength(waiting)) {
        if (waiting.length < length) return
        socket.write(answer(waiting.subarray(0, length)))
        waiting = waiting.subarray(length)
      }
    } catch {
      // Not Modbus: where the next message begins is not known.
      socket.destroy()
    }
    if (socket.writableLength > unreadBytesMax) socket.destroy()
  }
}

const listening = (server: Server, { host, port }: ModbusSettings) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

const ended = (server: Server, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
