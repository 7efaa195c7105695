/** Requests as proxies and scanners write them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { apiKey, apiUnderTest, bearer } from './testing/api-under-test.ts'

async function listening() {
  const api = await apiUnderTest()
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as net.AddressInfo
  const raw = async (target: string, ...headers: string[]) => {
    const socket = net.connect(port, '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk
    })
    const lines = [`GET ${target} HTTP/1.1`, `authorization: Bearer ${apiKey}`, 'connection: close', ...headers]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    await once(socket, 'close')
    return heard
  }
  return { api, raw, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

test('an id that is too long is the same mistake at every length', async () => {
  await using api = await apiUnderTest()
  for (const path of ['devices', 'bays', 'sites'])
    for (const length of [129, 1_500, 1_600, 8_000]) {
      const answer = await api.app.inject({ url: `/api/v1/${path}/${'x'.repeat(length)}`, headers: bearer })
      assert.equal(answer.statusCode, 400, `${path} ${length}`)
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
      assert.equal(answer.json().code, 'E_INVALID')
      assert.match(answer.json().detail, /128 characters/)
    }
})

test('a body where none is needed gets only answers that the reference documents', async () => {
  await using api = await apiUnderTest()
  const { paths } = (await api.app.inject({ url: '/openapi.json' })).json() as {
    paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>>
  }
  const bodiless = Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody, responses }]) =>
      method === 'get' || requestBody ? [] : [{ url, method: method.toUpperCase() as 'POST', responses }],
    ),
  )
  assert.ok(bodiless.length >= 3)
  for (const { url, method, responses } of bodiless)
    for (const [type, payload] of [
      ['application/json', '{'],
      ['application/json', ''],
      ['text/plain', 'x'],
      ['application/x-www-form-urlencoded', 'a=b'],
      ['application/json', `"${'x'.repeat(2_000_000)}"`],
    ] as const) {
      const headers = { ...bearer, 'content-type': type }
      const { statusCode } = await api.app.inject({ method, url, headers, payload })
      assert.ok(String(statusCode) in responses, `${method} ${url} with ${type}: ${statusCode}`)
    }
})

test('two Host headers are refused, and a target in absolute form is served', async () => {
  await using server = await listening()
  const { raw } = server
  assert.match(await raw('/api/v1/sites', 'host: localhost'), /^HTTP\/1\.1 200 /)
  const two = await raw('/api/v1/sites', 'host: localhost', 'Host: evil.example')
  assert.match(two, /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*more than one Host header/)
  assert.match(await raw('http://localhost/api/v1/sites', 'host: localhost'), /^HTTP\/1\.1 200 /)
})
