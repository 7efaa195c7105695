/** The built-in broker on a free port, with a context that keeps everything in memory. Ends with the test. */
import type { TestContext } from 'node:test'
import type { Sender, TokenCheck } from '../source.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { type MqttBrokerOptions, mqttBrokerSource } from './broker-source.ts'
import { rawClient } from './raw-client.ts'

/** Tokens that a test may change. */
export function changeableTokens(
  known: Record<string, Sender>,
): TokenCheck & { set(known: Record<string, Sender>): void } {
  let tokens = new Map(Object.entries(known))
  let version = 1
  return {
    ingest: (token) => tokens.get(token),
    version: () => version,
    set(changed) {
      tokens = new Map(Object.entries(changed))
      version++
    },
  }
}

export async function openBroker(t: TestContext, options: Partial<MqttBrokerOptions> = {}) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const source = mqttBrokerSource({
    listen: { host: '127.0.0.1', port: 0 },
    tokens: { ingest: (token) => (token === 'good' ? { source: 'north' } : undefined) },
    anonymous: true,
    onListening: resolve,
    ...options,
  })
  const running = source.run(stopper.signal, context)
  const url = await promise
  const port = Number(new URL(url).port)
  const stop = () => {
    stopper.abort()
    return running
  }
  t.after(stop)
  return {
    ...{ context, port, url, stop },
    async client(more: Parameters<typeof rawClient>[1] = {}) {
      const client = await rawClient(port, more)
      t.after(() => client.socket.destroy())
      return client
    },
  }
}
