import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealthReport } from './health.ts'

test('a source that goes down is reported, and one that goes down with the server is not', () => {
  let state: 'up' | 'down' = 'up'
  const files = { space: async () => ({ freeBytes: 50, totalBytes: 100 }) }
  const sources = () => new Map([['http', { state, detail: '' }]])
  const health = createHealthReport({ dir: 'd', files, clock: { monotonic: () => 0 }, sources })
  assert.equal(health.take()?.sources?.['http']?.state, 'up')
  state = 'down'
  assert.equal(health.isDue(), true)
  assert.equal(health.take()?.sources?.['http']?.state, 'down')
  state = 'up'
  health.take()
  health.end()
  state = 'down'
  assert.deepEqual([health.isDue(), health.take()], [false, undefined])
})
