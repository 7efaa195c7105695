/** HTTP ingest on a free port, with a context that keeps everything in memory. Ends with the test. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import type { TestContext } from 'node:test'
import { createFakeContext } from '../testing/fake-context.ts'
import { type HttpSourceOptions, httpSource } from './http-source.ts'

const tokens = {
  ingest: (token: string) =>
    token === 'good' ? { source: 'north' } : token === 'other' ? { source: 'south' } : undefined,
}

export async function openHttp(
  t: TestContext,
  options: Partial<HttpSourceOptions> = {},
  context = createFakeContext(),
) {
  const stopper = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const limits = { closeIdleMs: 0, ...options.limits }
  const source = httpSource({
    listen: { host: '127.0.0.1', port: 0 },
    tokens,
    onListening: resolve,
    ...options,
    limits,
  })
  const running = source.run(stopper.signal, context)
  const url = await Promise.race([promise, running.then(() => assert.fail('ended'))])
  const stop = () => {
    stopper.abort()
    return running
  }
  t.after(stop)
  return {
    url,
    context,
    stop,
    post: (
      body: string | Uint8Array,
      headers: Record<string, string> = { 'content-type': 'application/json' },
      path = '/ingest/v1',
    ) =>
      fetch(url + path, {
        method: 'POST',
        body: body as string,
        headers: { authorization: 'Bearer good', ...headers },
      }),
    /** Sends bytes as they are and resolves with all that came until the connection was closed. */
    async raw(bytes: string): Promise<string> {
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
      let heard = ''
      socket.on('data', (chunk) => {
        heard += chunk
      })
      socket.on('error', () => {})
      socket.write(bytes)
      await once(socket, 'close')
      return heard
    },
  }
}
