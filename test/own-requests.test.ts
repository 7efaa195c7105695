/** A proxy in the environment is for what lies outside: the product's own requests to its own addresses never go through it. */
import assert from 'node:assert/strict'
import net from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../src/lib/clock.ts'
import { silentLog } from '../src/lib/log.ts'
import { openStore } from '../src/store/engine/open.ts'
import { runCli } from './fixtures/cli.ts'
import { startServer } from './fixtures/server.ts'

/** As a proxy that takes every connection and answers none of them usefully, and counts. */
async function aProxy() {
  let connections = 0
  const server = net.createServer((socket) => {
    connections++
    // A client that closes first is no fault of this test.
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`
  return {
    env: {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
      http_proxy: url,
      https_proxy: url,
      NO_PROXY: '',
      no_proxy: '',
    },
    connections: () => connections,
    [Symbol.dispose]: () => void server.close(),
  }
}

for (const host of ['127.0.0.1', '127.0.0.2'])
  test(`behind a proxy a server on ${host} starts, doctor finds it ready, and simulate reaches it, all without the proxy`, {
    timeout: 240_000,
  }, async () => {
    using proxy = await aProxy()
    await using server = await startServer({ flags: ['--host', host], env: proxy.env })
    const place = ['--data', server.dataDir]
    let doctor = await runCli(['doctor', ...place], { env: proxy.env })
    // The processor may still be looking at the database.
    for (let tries = 0; tries < 20 && doctor.code !== 0 && proxy.connections() === 0; tries++)
      doctor = await runCli(['doctor', ...place], { env: proxy.env })
    assert.match(doctor.stdout, /the server is ready, and processing advances/)
    const simulate = await runCli(['simulate', '--sensors', '2', '--seconds', '1', ...place], { env: proxy.env })
    assert.equal(simulate.code, 0, simulate.stderr)
    assert.equal(proxy.connections(), 0)
  })

test('the simulated city reaches its own server without the proxy of the environment', {
  timeout: 240_000,
}, async () => {
  using proxy = await aProxy()
  // With a token the city would not begin.
  const env = { ...proxy.env, BAYKEEPER_INGEST_TOKEN: '', BAYKEEPER_API_KEY: '' }
  await using server = await startServer({ city: true, env })
  const url = `sqlite:${path.join(server.dataDir, 'demo', 'baykeeper.db')}`
  await using store = await openStore(url, { log: silentLog, clock: systemClock })
  for (let looks = 0; looks < 120 && proxy.connections() === 0; looks++, await sleep(500))
    if ((await store.counts()).readings > 0) break
  assert.equal(proxy.connections(), 0)
  assert.ok((await store.counts()).readings > 0, 'its readings arrived')
})
