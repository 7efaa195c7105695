/** A real server of HTTP for webhooks, which behaves as a test wants and keeps what it was sent. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export interface HttpReceiver extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly requests: readonly ReceivedRequest[]
  /** Resolves when this many requests have come. */
  received(count: number): Promise<void>
  /** How each request is answered from now on. */
  behave(answer: Behaviour): void
}

export type Behaviour = (response: http.ServerResponse, request: ReceivedRequest, count: number) => void

export const answering =
  (status: number, headers: http.OutgoingHttpHeaders = {}): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end()

export async function httpReceiver(first: Behaviour = answering(200), port = 0): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = []
  const waiting = new Set<() => void>()
  let behaviour = first
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const received = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      requests.push(received)
      for (const check of waiting) check()
      behaviour(response, received, requests.length)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}/hook`,
    port: bound,
    requests,
    received(count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const check = () => {
        if (requests.length < count) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
      return promise
    },
    behave(answer) {
      behaviour = answer
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
