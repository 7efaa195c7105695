/** The server behind real proxies, by the configuration that the documentation prints. The product uses no WebSockets. */
import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'
import { test } from 'node:test'
import { openAccounts } from '../src/auth/accounts.ts'
import { missing } from '../tools/parts.ts'
import { type ProxyKind, type ProxyUnderTest, startProxy } from './fixtures/proxy.ts'
import { apiKey, ingestToken, startServer } from './fixtures/server.ts'

const host = 'parking.example.org'
const password = 'seven green bicycles'
/** Of the client: another one of this machine than the proxy has. */
const client = '127.0.0.5'

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What is read until the answer ends, or `enough` returns true. */
function ask(
  { https: port }: ProxyUnderTest,
  path: string,
  { method = 'GET', headers, body }: Asked = {},
  enough = (_: string) => false,
) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>((resolve, reject) => {
    // The authority of the proxy is one of the test: who it is is not what is tried here.
    const tls = { servername: host, rejectUnauthorized: false }
    const sent = https.request({
      host: '127.0.0.1',
      port,
      localAddress: client,
      ...tls,
      path,
      method,
      headers: { host, ...headers },
    })
    sent.setTimeout(20_000, () => sent.destroy(new Error(`${path}: nothing came for 20 s`)))
    sent.on('error', reject)
    sent.on('response', (response) => {
      let text = ''
      const done = () => resolve({ status: response.statusCode as number, headers: response.headers, text })
      response.on('data', (chunk: Buffer) => {
        text += chunk
        if (!enough(text)) return
        done()
        sent.destroy()
      })
      response.on('end', done)
      response.on('error', () => {}) // The stream is cut off by this side.
    })
    sent.end(body)
  })
}

for (const kind of ['nginx', 'caddy'] as const satisfies readonly ProxyKind[])
  test(`behind ${kind} as the documentation configures it: pages, stream, cookie, address of the client, senders`, {
    skip: missing(kind),
  }, async () => {
    await using server = await startServer({ env: { BAYKEEPER_HOSTS: host } })
    using accounts = openAccounts(server.dataDir)
    const by = { name: 'test', address: '' }
    const person = accounts.people.add({ name: 'Ada', email: 'ada@example.org', role: 'viewer', sites: undefined }, by)
    await accounts.people.setPassword(person.id, password, by)
    await using proxy = await startProxy(kind, server.ready)

    const page = await ask(proxy, '/')
    assert.equal(page.status, 200, page.text)
    assert.match(String(page.headers['strict-transport-security']), /max-age/)
    assert.match(page.text, /<html lang="en">/)
    const authorization = `Bearer ${apiKey}`
    const stream = await ask(
      proxy,
      '/api/v1/stream',
      { headers: { authorization } },
      (text) => text.split('event: kpi').length > 3,
    )
    assert.match(String(stream.headers['content-type']), /text\/event-stream/)

    await new Promise((resolve) => setTimeout(resolve, 1_200))
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: `https://${host}` }
    const signIn = {
      method: 'POST',
      headers: form,
      body: new URLSearchParams({ email: 'ada@example.org', password }).toString(),
    }
    const signedIn = await ask(proxy, '/signin', signIn)
    assert.deepEqual([signedIn.status, signedIn.headers.location], [303, '/desk'], signedIn.text)
    const cookie = String(signedIn.headers['set-cookie'])
    assert.match(cookie, /^__Host-baykeeper_session=.*; HttpOnly; Secure; SameSite=Strict/)
    const sessions = await ask(proxy, '/api/v1/account/sessions', {
      headers: { cookie: cookie.split(';')[0] as string },
    })
    assert.equal(JSON.parse(sessions.text).items[0].address, client)
    const foreign = await ask(proxy, '/signin', {
      ...signIn,
      headers: { ...form, origin: 'https://elsewhere.example.org' },
    })
    assert.equal(foreign.status, 403)

    const reading = { method: 'POST', body: '{"device":"P-1","occupied":true}' }
    const json = { 'content-type': 'application/json', authorization: `Bearer ${ingestToken}` }
    assert.equal((await ask(proxy, '/ingest/v1', { ...reading, headers: json })).status, 202)
    const plain = await new Promise<http.IncomingMessage>((resolve, reject) =>
      http
        .get({ host: '127.0.0.1', port: proxy.http, path: '/lot/x?at=18:30', headers: { host } }, resolve)
        .on('error', reject),
    )
    plain.resume()
    assert.ok([301, 308].includes(plain.statusCode ?? 0), String(plain.statusCode))
    assert.match(String(plain.headers.location), /^https:\/\/parking\.example\.org(?::\d+)?\/lot\/x\?at=18:30$/)
  })
