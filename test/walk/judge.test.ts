import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createJudge, type WalkAnswer } from './judge.ts'
import { type ApiDocument, type Operation, operationsOf } from './operation.ts'
import type { WalkRequest } from './requests.ts'

const problem = { schema: { $ref: '#/components/schemas/Problem' } }
const document: ApiDocument = {
  paths: {
    '/api/v1/things': {
      get: {
        security: [{ key: ['operate'] }],
        parameters: [],
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
          ...{ 401: { content: { 'application/problem+json': problem } }, 304: {} },
          ...{ 403: { content: { 'application/problem+json': problem } }, 503: {} },
        },
      },
    },
  },
  components: {
    schemas: {
      Thing: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      Problem: { type: 'object', properties: { status: { type: 'integer' }, detail: { type: 'string' } } },
    },
  },
}
const [operation] = operationsOf(document) as [Operation]
const asked: WalkRequest = { tries: 'valid', method: 'GET', target: '/api/v1/things', headers: {}, key: 'all' }
const json = (status: number, body: unknown, type = 'application/json'): WalkAnswer => ({
  ...{ status, headers: { 'content-type': type }, body: Buffer.from(JSON.stringify(body)) },
})
const refused = (status: number) => json(status, { status, detail: 'no' }, 'application/problem+json')

test('an answer as documented has no fault', () => {
  const judge = createJudge(document)
  assert.equal(judge.fault(operation, asked, json(200, { id: 'a' })), undefined)
  assert.equal(judge.fault(operation, { ...asked, key: 'none' }, refused(401)), undefined)
  assert.equal(judge.fault(operation, { ...asked, key: 'read' }, refused(403)), undefined)
})

for (const [what, request, answer, fault] of [
  ['a status of the server', asked, refused(500), /status 500/],
  ['a status that is not documented', asked, refused(409), /not documented/],
  ['a field that is not documented', asked, json(200, { id: 'a', secret: 1 }), /does not fit.*secret/],
  ['a field of another type', asked, json(200, { id: 1 }), /does not fit/],
  ['a media type that is not documented', asked, json(200, { id: 'a' }, 'text/html'), /media type/],
  ['an answer without a key', { ...asked, key: 'none' as const }, json(200, { id: 'a' }), /without a key/],
  ['an answer to a key that only reads', { ...asked, key: 'read' as const }, json(200, { id: 'a' }), /only reads/],
  ['a stack', asked, json(401, { status: 401, detail: 'x at file:///a.ts' }, 'application/problem+json'), /stack/],
  [
    'a problem of another status',
    asked,
    json(401, { status: 400, detail: 'x' }, 'application/problem+json'),
    /has status 400/,
  ],
  ['a body where none may be', asked, json(304, {}), /a body/],
] as const)
  test(`${what} is a fault`, () => {
    assert.match(createJudge(document).fault(operation, request, answer) ?? '', fault)
  })
