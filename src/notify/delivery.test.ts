import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfterMs } from '../lib/retry.ts'
import { nextDelayMs, usualBackoff } from './delivery.ts'

const now = Date.parse('2026-11-23T08:00:00Z')

test('Retry-After is read as seconds and as a date, and any other text counts as none', () => {
  assert.equal(retryAfterMs('120', now), 120_000)
  assert.equal(retryAfterMs('Mon, 23 Nov 2026 08:01:00 GMT', now), 60_000)
  assert.equal(retryAfterMs('Mon, 23 Nov 2026 07:00:00 GMT', now), 0)
  for (const text of [undefined, '', '-1', '1.5', 'soon', '1e9', '99999999999'])
    assert.equal(retryAfterMs(text, now), undefined, text ?? 'none')
})

test('a server may ask for a longer pause, up to six hours, and never for a shorter one', () => {
  assert.equal(
    nextDelayMs(1, usualBackoff, 120_000, () => 0),
    120_000,
  )
  assert.equal(
    nextDelayMs(1, usualBackoff, 9_999_999_999_000, () => 0),
    6 * 3_600_000,
  )
  assert.equal(
    nextDelayMs(1, usualBackoff, 0, () => 0),
    5_000,
  )
})

test('pauses double from between 5 and 10 seconds to at most an hour', () => {
  assert.equal(
    nextDelayMs(1, usualBackoff, undefined, () => 0),
    5_000,
  )
  assert.equal(
    nextDelayMs(2, usualBackoff, undefined, () => 0),
    10_000,
  )
  assert.equal(
    nextDelayMs(40, usualBackoff, undefined, () => 0),
    1_800_000,
  )
  assert.ok(nextDelayMs(40, usualBackoff, undefined, () => 0.999) <= 3_600_000)
})
