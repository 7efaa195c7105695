import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceId, Reading } from '../../domain/reading.ts'
import { instant } from '../../lib/brand.ts'
import { payloadHash } from './facts.ts'

const reading = (more: Partial<Reading> = {}): Reading => ({
  ...{ device: 'A' as DeviceId, seq: 1, measures: { occupied: true } },
  ...more,
})

test('payloads are compared by meaning: not by radio, not by spelling, and not by what the network stamped', () => {
  const strong = reading({ measures: { occupied: true, rssiDbm: -60 } })
  assert.equal(payloadHash(reading({ measures: { occupied: true, rssiDbm: -80 } })), payloadHash(strong))
  assert.notEqual(payloadHash(reading({ time: instant(1) })), payloadHash(reading({ time: instant(2) })))
  const stamped = (ms: number) => reading({ time: instant(ms), timeSource: 'network' })
  assert.equal(payloadHash(stamped(1)), payloadHash(stamped(2)))
  assert.notEqual(payloadHash(reading({ measures: { occupied: false } })), payloadHash(reading()))
})
