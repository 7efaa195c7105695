import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lossQuery, readLossFilter, withLossFilter } from './loss-filter.ts'

test('a filter goes into the address and comes back; what is no filter stays', () => {
  const filter = { source: 'gate A&B', cause: 'port-down', device: 'bay-17', day: '2026-11-23' } as const
  const search = withLossFilter('?lang=de&cause=refused', filter)
  assert.deepEqual(readLossFilter(search), filter)
  assert.equal(new URLSearchParams(search).get('lang'), 'de')
  assert.equal(withLossFilter(search, {}), '?lang=de')
})

test('nonsense in the address is no filter', () => {
  assert.deepEqual(readLossFilter('?cause=gremlins&day=yesterday&source='), {})
})

test('a single day is requested as first and last day', () => {
  assert.equal(lossQuery({ day: '2026-11-23' }, 10), 'from=2026-11-23&to=2026-11-23&limit=10')
})
