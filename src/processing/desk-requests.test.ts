import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeDeskEntry } from '../domain/desk-change.ts'
import { deskRequestOf, withRequest } from '../domain/desk-request.ts'
import { instant } from '../lib/brand.ts'
import { dayMs } from '../lib/utc-day.ts'
import { createDeskRequests, requestsMax } from './desk-requests.ts'

const begin = instant(1_795_420_800_000)
const at = (ms: number) => instant(begin + ms)
const position = { journal: 'a', record: 1 }
const named = (request: string, ms = 0) => ({ request, fingerprint: 'f', at: at(ms) })

describe('requests of changes', () => {
  test('a request is repeated within a day, and not after it', () => {
    const requests = createDeskRequests([])
    assert.equal(requests.isRepeated(named('k'), position), false)
    assert.equal(requests.isRepeated(named('k', dayMs), position), true)
    assert.equal(requests.isRepeated(named('k', dayMs + 1), position), false)
  })

  test('what is stored is known again, and what is older than a day is taken out of the store', () => {
    const requests = createDeskRequests([
      { ...named('old'), ...position },
      { ...named('new', dayMs), ...position },
    ])
    assert.equal(requests.isRepeated(named('new', dayMs + 1), position), true)
    const [changes] = requests.take()
    assert.deepEqual([changes?.gone, changes?.put.length], [[['old']], 0])
    assert.deepEqual(requests.take(), [])
  })

  test('one that comes again after it was forgotten is stored and not taken out', () => {
    const requests = createDeskRequests([{ ...named('k'), ...position }])
    assert.equal(requests.isRepeated(named('k', dayMs + 1), { journal: 'a', record: 9 }), false)
    const [changes] = requests.take()
    assert.deepEqual([changes?.gone, [...(changes?.put ?? [])].map(([key]) => key)], [[], ['k']])
  })

  test('no more are kept than there is room for', () => {
    const requests = createDeskRequests([])
    for (let i = 0; i <= requestsMax + 1; i++) requests.isRepeated(named(`k${i}`), position)
    assert.equal(requests.isRepeated(named('k0'), position), false)
    assert.equal(requests.isRepeated(named(`k${requestsMax}`), position), true)
  })
})

test('a record names its request, and is the same change with and without it', () => {
  const change = { is: 'override-end', id: 'x' } as const
  const record = encodeDeskEntry({ author: 'a', reason: 'r', at: begin, change })
  assert.equal(deskRequestOf(record), undefined)
  const stamped = withRequest(record, { request: 'abc.0', fingerprint: 'f-1' })
  assert.deepEqual(deskRequestOf(stamped), { request: 'abc.0', fingerprint: 'f-1', at: begin })
  assert.equal(deskRequestOf(withRequest(record, { request: 'x'.repeat(65), fingerprint: '' })), undefined)
  assert.equal(deskRequestOf(Uint8Array.of(1, 2, 3)), undefined)
})
