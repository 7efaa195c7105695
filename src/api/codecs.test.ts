import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { codecsMax } from '@baykeeper/contract/codec.ts'
import * as declared from '../domain/published-codec.ts'
import { apiUnderTest, bearer, signedIn } from './testing/api-under-test.ts'

const text = 'function decodeUplink(input) { return { data: { occupied: input.bytes[0] === 1 } } }'
const assigned = { to: 'model', vendor: 'acme', model: 'bay-1' } as const
const body = { text, assigned, reason: 'firmware 2' }

test('a script is published, listed, read with its versions, and withdrawn', async () => {
  await using api = await apiUnderTest()
  const put = (payload: object, id = 'acme-bay') =>
    api.app.inject({ method: 'PUT', url: `/api/v1/codecs/${id}`, headers: bearer, payload })
  const first = await put(body)
  assert.equal(first.statusCode, 200, first.body)
  const hash = createHash('sha256').update(text).digest('hex')
  const head = first.json()
  assert.deepEqual([head.version, head.hash, head.assigned, head.reason], [1, hash, assigned, 'firmware 2'])
  assert.equal((await put({ ...body, text: `${text} // 2` })).json().version, 2)
  const list = (await api.app.inject({ url: '/api/v1/codecs', headers: bearer })).json()
  assert.deepEqual(
    list.items.map(({ id, version }: { id: string; version: number }) => [id, version]),
    [['acme-bay', 2]],
  )
  const shown = (await api.app.inject({ url: '/api/v1/codecs/acme-bay', headers: bearer })).json()
  assert.equal(shown.text, `${text} // 2`)
  assert.deepEqual(
    shown.versions.map(({ version }: { version: number }) => version),
    [2, 1],
  )
  const gone = await api.app.inject({ method: 'DELETE', url: '/api/v1/codecs/acme-bay', headers: bearer })
  assert.equal(gone.statusCode, 200, gone.body)
  assert.deepEqual((await api.app.inject({ url: '/api/v1/codecs', headers: bearer })).json().items, [])
  const kept = (await api.app.inject({ url: '/api/v1/codecs/acme-bay', headers: bearer })).json()
  assert.deepEqual([kept.version, kept.hash, kept.text], [3, null, null])
})

test('what cannot work is refused with what is wrong, and nothing is changed', async () => {
  await using api = await apiUnderTest()
  const put = async (payload: object, id = 'other') => {
    const answer = await api.app.inject({ method: 'PUT', url: `/api/v1/codecs/${id}`, headers: bearer, payload })
    return [answer.statusCode, answer.json().detail] as const
  }
  await put(body, 'acme-bay')
  const free = { ...body, assigned: { to: 'source', source: 'gate' } }
  for (const [payload, status, detail] of [
    [{ ...free, text: 'function (' }, 400, /body text: the script does not load: it throws SyntaxError/],
    [{ ...free, text: 'while (true) {}' }, 400, /it was ended/],
    [{ ...free, text: 'var a = 1' }, 400, /defines none of decodeUplink/],
    [{ ...free, mapping: 'none' }, 400, /there is no table none; there are elsys-occupancy/],
    [{ ...free, assigned: { to: 'everything' } }, 400, /assigned/],
    [body, 409, /acme-bay is assigned to model acme\/bay-1 already/],
    [{ ...body, assigned: { ...assigned, vendor: 'Acme', model: 'Bay 1' } }, 409, /acme-bay is assigned to model/],
  ] as const) {
    const [code, why] = await put(payload)
    assert.equal(code, status, why)
    assert.match(why, detail)
  }
  const missing = await api.app.inject({ method: 'DELETE', url: '/api/v1/codecs/none', headers: bearer })
  assert.equal(missing.statusCode, 404)
})

test('only engineers and administrators publish', async () => {
  await using api = await apiUnderTest()
  for (const [role, status] of [
    ['viewer', 403],
    ['operator', 403],
    ['engineer', 200],
  ] as const) {
    const answer = await api.app.inject({
      ...{ method: 'PUT', url: '/api/v1/codecs/acme-bay', headers: signedIn(api, role), payload: body },
    })
    assert.equal(answer.statusCode, status, `${role}: ${answer.body}`)
  }
})

test('the wire and the journal have the same limits', () => {
  assert.equal(codecsMax, declared.codecsMax)
})
