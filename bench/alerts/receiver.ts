/** A receiver of webhooks on loopback: notes when the first message about each device came. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../limits/load.ts'

export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** When the first message about the device came; throws when none comes in time. */
  arrival(device: string): Promise<number>
}

const waitMsMax = 20_000

export async function startReceiver(): Promise<Receiver> {
  const came = new Map<string, number>()
  const server = http.createServer((request, response) => {
    const at = nowMs()
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      for (const device of Buffer.concat(pieces)
        .toString()
        .match(/S-\d{6}/g) ?? [])
        if (!came.has(device)) came.set(device, at)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/alerts`,
    async arrival(device) {
      for (const until = performance.now() + waitMsMax; performance.now() < until; await sleep(5)) {
        const at = came.get(device)
        if (at !== undefined) return at
      }
      throw new Error(`no webhook about ${device} within ${waitMsMax / 1_000} s`)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
