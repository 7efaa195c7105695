import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BayId, DeviceId, Measures, Reading } from '../../domain/reading.ts'
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

test('a later measure makes another payload where it is, but for those of the radio, and frames without one keep their hash', () => {
  const measures = { occupied: true, distanceMm: 12.5, countIn: 3, batteryV: 3.6, batteryLow: false, temperatureC: -4 }
  const before = reading({ bay: 'B-1' as BayId, kind: 'heartbeat', time: instant(1_000), measures })
  assert.equal(payloadHash(before), 164_947_610_518_177)
  const withMore = (more: Measures) => payloadHash({ ...before, measures: { ...measures, ...more } })
  assert.equal(withMore({ snrDb: 7, rssiDbm: -70 }), payloadHash(before))
  const hashes = [{}, { humidityPct: 40 }, { humidityPct: 41 }, { previousStateS: 40 }].map(withMore)
  assert.equal(new Set(hashes).size, 4)
})
