import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownBody, targetOf } from './request.ts'

const parameters = [
  { name: 'id', in: 'path', required: true },
  { name: 'limit', in: 'query', required: false },
]

test('values are put into path and query, encoded, and what is empty is left out', () => {
  const typed = new Map([
    ['id', 'gw K/3'],
    ['limit', '5'],
  ])
  assert.deepEqual(targetOf('/api/v1/bays/{id}', parameters, typed), { target: '/api/v1/bays/gw%20K%2F3?limit=5' })
  assert.deepEqual(targetOf('/api/v1/bays/{id}', parameters, new Map([['id', 'a']])), { target: '/api/v1/bays/a' })
})

test('an id of dots stays an id and is no step in the path', () => {
  for (const [id, target] of [
    ['.', '/api/v1/bays/~.'],
    ['..', '/api/v1/bays/~..'],
    ['~..', '/api/v1/bays/~~..'],
  ] as const)
    assert.deepEqual(targetOf('/api/v1/bays/{id}', parameters, new Map([['id', id]])), { target })
})

test('a required value that is missing is named and nothing is sent', () => {
  assert.deepEqual(targetOf('/api/v1/bays/{id}', parameters, new Map()), { missing: ['id'] })
})

test('JSON is indented and other text stays as it is', () => {
  assert.equal(shownBody('{"a":1}'), '{\n  "a": 1\n}')
  assert.equal(shownBody('<p>a</p>'), '<p>a</p>')
})
