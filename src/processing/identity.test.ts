import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { missing } from '../domain/device.ts'
import { countSeq, newDevice, openEpoch } from '../domain/fold.ts'
import type { DeviceId, Reading } from '../domain/reading.ts'
import { instant } from '../lib/brand.ts'
import { epochFallMin, payloadHash, place } from './identity.ts'
import { effectiveTime } from './plausible-time.ts'

const reading = (seq: number, more: Partial<Reading> = {}) =>
  ({ device: 'A' as DeviceId, seq, measures: { occupied: true }, ...more }) as Reading & { seq: number }

/** A device that has seen 0..max in order, the newest at time 1,000. */
function seen(max: number) {
  const device = newDevice(1, 'http', 'A' as DeviceId, instant(0))
  for (let seq = 0; seq <= max; seq++) countSeq(device, seq)
  device.lastTime = instant(1_000)
  return device
}
const placed = (
  device: ReturnType<typeof seen>,
  r: Reading & { seq: number },
  stored: number | undefined,
  time: number,
) => place(device, r, stored, payloadHash(r), time).kind

describe('placing a numbered reading', () => {
  test('the first reading of a device is next, whatever its number', () => {
    assert.equal(placed(newDevice(1, 's', 'A' as DeviceId, instant(0)), reading(77), undefined, 5), 'next')
  })
  test('a higher number is next', () => assert.equal(placed(seen(5), reading(6), undefined, 2_000), 'next'))
  test('the same number with the same payload is a duplicate, also when it arrives much later', () => {
    const r = reading(3)
    assert.equal(placed(seen(5), r, payloadHash(r), 9_000_000), 'duplicate')
  })
  test('the same number with another payload is a conflict', () => {
    assert.equal(
      placed(seen(5), reading(3), payloadHash(reading(3, { measures: { occupied: false } })), 2_000),
      'conflict',
    )
  })
  test('a number in a gap is late', () => assert.equal(placed(seen(5), reading(3), undefined, 900), 'late'))
  test('number 0 or 1 after a higher one with a later device time opens an epoch', () => {
    for (const seq of [0, 1])
      assert.equal(placed(seen(5), reading(seq, { time: instant(2_000) }), 123, 2_000), 'new-epoch')
    assert.equal(placed(seen(5), reading(0, { time: instant(900) }), undefined, 900), 'late')
    assert.equal(placed(seen(5), reading(2, { time: instant(2_000) }), 123, 2_000), 'conflict')
  })
  test(`a fall of more than ${epochFallMin} opens an epoch, of exactly that many does not`, () => {
    assert.equal(placed(seen(3_000), reading(3_000 - epochFallMin - 1), 123, 2_000), 'new-epoch')
    assert.equal(placed(seen(3_000), reading(3_000 - epochFallMin), undefined, 2_000), 'late')
  })
  test('history sent again with its own times is a duplicate, however far back', () => {
    const r = reading(7, { time: instant(500) })
    assert.equal(placed(seen(3_000), r, payloadHash(r), 500), 'duplicate')
  })
  test('a restart frame opens an epoch', () =>
    assert.equal(placed(seen(5), reading(2, { kind: 'restart' }), undefined, 2_000), 'new-epoch'))
  test('a named epoch is believed: higher is new, lower is old, and inside it a lower number is never a new epoch', () => {
    const device = seen(5)
    openEpoch(device, 4)
    countSeq(device, 9)
    assert.equal(placed(device, reading(0, { epoch: 5 }), undefined, 2_000), 'new-epoch')
    assert.equal(placed(device, reading(0, { epoch: 3 }), undefined, 2_000), 'old-epoch')
    assert.equal(placed(device, reading(0, { epoch: 4 }), undefined, 9_000), 'late')
  })
  test('payloads are compared by meaning: not by radio, not by spelling', () => {
    assert.equal(
      payloadHash(reading(1, { measures: { occupied: true, rssiDbm: -80 } })),
      payloadHash(reading(1, { measures: { occupied: true, rssiDbm: -60 } })),
    )
    assert.notEqual(payloadHash(reading(1, { time: instant(1) })), payloadHash(reading(1, { time: instant(2) })))
  })
})

test('missing numbers are counted per epoch and kept when the next one opens', () => {
  const device = newDevice(1, 's', 'A' as DeviceId, instant(0))
  for (const seq of [10, 12, 15]) countSeq(device, seq)
  assert.equal(missing(device), 3)
  countSeq(device, 13)
  openEpoch(device, 1)
  assert.equal(missing(device), 2)
  countSeq(device, 4)
  assert.equal(missing(device), 2)
})

test('device time is believed from a day before arrival to two minutes after, otherwise arrival is taken with a mark', () => {
  const arrived = instant(1_000_000_000_000)
  const at = (offset: number, trust = false) => effectiveTime(instant(arrived + offset), arrived, trust)
  assert.deepEqual(at(-86_400_000), { time: arrived - 86_400_000, doubted: false })
  assert.deepEqual(at(-86_400_001), { time: arrived, doubted: true })
  assert.deepEqual(at(120_000), { time: arrived + 120_000, doubted: false })
  assert.deepEqual(at(120_001), { time: arrived, doubted: true })
  assert.deepEqual(at(-10 * 86_400_000, true), { time: arrived - 10 * 86_400_000, doubted: false })
})
