import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { decodeUplink, encodeUplink, headFits, type Uplink, uplinkHeadBytesMax } from './uplink.ts'

const uplinkOf = (topic: string): Uplink => ({
  source: 'mqtt',
  codec: 'generic',
  framing: 'whole',
  meta: { topic },
  arrivedAt: instant(1_700_000_000_000),
  bytes: Buffer.from(`{"topic":"${topic}"}`),
})
const roundTrip = (uplink: Uplink) => {
  const back = decodeUplink(encodeUplink(uplink))
  return back && { ...back, bytes: Buffer.from(back.bytes) }
}

test('every head comes back as it was written, however many topics take turns', () => {
  for (let turn = 0; turn < 2; turn++)
    for (let i = 0; i < 9_000; i++) {
      const uplink = uplinkOf(`site/${i}`)
      assert.deepEqual(roundTrip(uplink), uplink)
    }
})

test('heads that differ in one part only are not taken for one another', () => {
  const one = uplinkOf('a')
  const heads: Uplink[] = [
    one,
    { ...one, source: 'm' },
    { ...one, codec: 'g' },
    { ...one, time: 'trust' },
    { ...one, meta: { topic: 'a', qos: '0' } },
  ]
  for (const uplink of [...heads, ...heads]) assert.deepEqual(roundTrip(uplink), uplink)
})

test('a head that does not fit its length field is refused, each time', () => {
  const long = uplinkOf('x'.repeat(uplinkHeadBytesMax))
  for (let turn = 0; turn < 2; turn++) assert.throws(() => encodeUplink(long), RangeError)
})

test('a head fits only where it can be encoded after intake has added its part', () => {
  for (const char of ['x', '"', '\0', 'é', '\ud800', '😀'])
    for (const chars of [5_000, 10_000, 10_700, 10_800, 20_000, 30_000, 33_000, 64_000, 66_000]) {
      const { meta, codec } = uplinkOf(char.repeat(chars))
      if (headFits({ codec, ...(meta ? { meta } : {}) }))
        encodeUplink({ ...uplinkOf(char.repeat(chars)), source: 's'.repeat(256), time: 'trust' })
      else assert.ok(chars > 10_000, `${chars} of ${char}`)
    }
  assert.deepEqual(
    ['x'.repeat(60_000), '"'.repeat(33_000)].map((topic) => headFits({ codec: 'generic', meta: { topic } })),
    [true, false],
  )
})
