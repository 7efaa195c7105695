/**
 * Readings as JSON lines over TCP. The protocol has no acknowledgement: a batch counts as sent when the system has taken it. When
 * a connection breaks the batch is sent again on a new one, but the bytes in the system's buffers are lost, and the sender reports that.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { systemClock } from '../../lib/clock.ts'
import { retryDelayMs } from '../../lib/retry.ts'
import { jsonLine, type WireReading } from '../wire-reading.ts'
import type { Sender, SenderOptions } from './sender.ts'

export async function openTcpSender(url: string, { signal, onTrouble }: SenderOptions = {}): Promise<Sender> {
  const { hostname, port } = new URL(url)
  const stats = { sent: 0, acknowledged: 0, retries: 0 }
  let socket: Socket | undefined = await dial()

  async function dial(): Promise<Socket> {
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted()
      const fresh = connect(Number(port), hostname)
      // Breaks show at the next write; without a listener they would end the process.
      fresh.on('error', () => {})
      try {
        await once(fresh, 'connect', { signal })
        return fresh.resume()
      } catch (error) {
        fresh.destroy()
        if (signal?.aborted) throw error
        if (attempt === 0)
          onTrouble?.(`${hostname}:${port} cannot be reached: ${(error as Error).message}; trying again`)
        stats.retries++
        await systemClock.sleep(retryDelayMs(attempt), signal)
      }
    }
  }

  async function send(readings: readonly WireReading[]) {
    const text = readings.map((reading) => `${jsonLine(reading)}\n`).join('')
    for (;;) {
      socket ??= await dial()
      try {
        await write(socket, text)
        stats.sent += readings.length
        return
      } catch (error) {
        if (signal?.aborted) throw error
        socket.destroy()
        socket = undefined
        stats.retries++
        onTrouble?.(
          `the connection broke (${(error as Error).message}); lines sent just before may be lost: TCP cannot tell`,
        )
      }
    }
  }

  const write = (to: Socket, text: string) =>
    new Promise<void>((resolve, reject) => {
      if (to.destroyed) return reject(new Error('closed by the server'))
      to.write(text, (error) => (error ? reject(error) : resolve()))
    })

  async function dispose() {
    if (!socket || socket.destroyed) return
    const closed = once(socket, 'close')
    socket.end()
    await Promise.race([closed, systemClock.sleep(closeMsMax)])
    socket.destroy()
  }
  return { stats, acknowledges: false, batchMax: 500, send, [Symbol.asyncDispose]: dispose }
}

/** A server that keeps its side open gets this long to read what is on the way. */
const closeMsMax = 2_000
