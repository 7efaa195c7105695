import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localInput, momentOf } from './local-input.ts'

const berlin = 'Europe/Berlin'

test('a moment is written and read by the clock of the site', () => {
  const at = Date.parse('2026-11-23T08:00:00Z')
  assert.equal(localInput(at, berlin), '2026-11-23T09:00')
  assert.equal(momentOf('2026-11-23T09:00', berlin), at)
  assert.equal(momentOf('2026-07-01T09:00', berlin), Date.parse('2026-07-01T07:00:00Z'))
  assert.equal(momentOf('2026-07-01T09:00', 'Asia/Kathmandu'), Date.parse('2026-07-01T03:15:00Z'))
  assert.equal(momentOf('', berlin), undefined)
})

test('an hour that the clock repeats is its first one, and one that it leaves out is no earlier moment', () => {
  assert.equal(momentOf('2026-10-25T02:30', berlin), Date.parse('2026-10-25T00:30:00Z'))
  assert.equal(momentOf('2026-03-29T02:30', berlin), Date.parse('2026-03-29T01:30:00Z'))
})
