import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ApiError, type Client, createClient, requestOf } from './client.ts'
import { routes } from './routes.ts'

/** Answers each call with what `answer` makes of it, and keeps what was sent. */
function clientOf(answer: () => Response) {
  const sent: { url: string; init: RequestInit }[] = []
  const fetch = async (url: string, init: RequestInit) => {
    sent.push({ url, init })
    return answer()
  }
  return { client: createClient({ base: 'http://here:8080/', key: 'secret', fetch }), sent }
}

test('an address and its route make the same request: parameters in the path, the query as it is given, nothing undefined', () => {
  const input = { params: { id: 'a/b c' }, query: { at: ['2026-11-23T08:00:00Z', '2026-11-23T09:00:00Z'] } }
  const request = requestOf('GET /api/v1/sites/{id}/forecast', input)
  assert.deepEqual(request, {
    method: 'GET',
    url: '/api/v1/sites/a%2Fb%20c/forecast?at=2026-11-23T08%3A00%3A00Z&at=2026-11-23T09%3A00%3A00Z',
  })
  assert.deepEqual(requestOf(routes.forecast, input), request)
  const devices = requestOf('GET /api/v1/devices', { query: { limit: 8, cursor: undefined } })
  assert.equal(devices.url, '/api/v1/devices?limit=8')
  assert.equal(requestOf('GET /api/v1/ledger').url, '/api/v1/ledger')
})

test('a call sends key and body, and answers the JSON', async () => {
  const { client, sent } = clientOf(() => Response.json({ requeued: 3 }))
  assert.deepEqual(await client.call(routes.requeue, { body: { all: true } }), { requeued: 3 })
  const [{ url, init } = assert.fail()] = sent
  assert.deepEqual(
    [url, init.method, init.body],
    ['http://here:8080/api/v1/dead-letters/requeue', 'POST', '{"all":true}'],
  )
  assert.deepEqual(init.headers, { authorization: 'Bearer secret', 'content-type': 'application/json' })
})

test('a problem is thrown with its status and its document, and an answer without one with its status', async () => {
  const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'there is no bay X' }
  const refused = clientOf(() => Response.json(problem, { status: 404 }))
  await assert.rejects(refused.client.call(routes.bay, { params: { id: 'X' } }), (fault) => {
    assert.ok(fault instanceof ApiError)
    assert.deepEqual([fault.status, fault.problem], [404, problem])
    assert.match(fault.message, /GET \/api\/v1\/bays\/X answers 404: there is no bay X/)
    return true
  })
  const proxy = clientOf(() => new Response('<h1>Bad Gateway</h1>', { status: 502 }))
  await assert.rejects(proxy.client.call(routes.ledger), { status: 502, problem: {} })
  assert.equal((await refused.client.answer(routes.bay, { params: { id: 'X' } })).status, 404)
})

/** The compiler is the judge: it reports each line below that it accepts. */
export const refusedByTheCompiler = (client: Client) => [
  // @ts-expect-error No route has this address.
  client.call('GET /api/v1/device'),
  // @ts-expect-error The id is missing.
  client.call('GET /api/v1/devices/{id}'),
  // @ts-expect-error No such field in the query.
  client.call(routes.devices, { query: { limits: 3 } }),
  // @ts-expect-error The body is missing.
  client.call(routes.requeue),
  // @ts-expect-error No such field in the answer.
  client.call(routes.bay, { params: { id: 'A' } }).then(({ colour }) => colour),
]

test('the client loads one small file that loads no other, so that a page with it has none of the schemas', () => {
  const text = readFileSync(new URL('client.ts', import.meta.url), 'utf8')
  const imports = text.match(/^import .*$/gm) ?? []
  assert.ok(imports.length > 0)
  const loaded = imports.filter((line) => !line.startsWith('import type '))
  assert.deepEqual(loaded, ["import { idInPath } from './path-id.ts'"])
  assert.doesNotMatch(readFileSync(new URL('path-id.ts', import.meta.url), 'utf8'), /\bimport\b|^export .* from /m)
  assert.doesNotMatch(text, /\bimport\(|^export .* from /m)
})
