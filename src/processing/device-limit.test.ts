import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecOf } from '../codecs/registry.ts'
import { encodeUplink } from '../domain/uplink.ts'
import { instant } from '../lib/brand.ts'
import { decodeAnyRecord } from './decode-record.ts'

/** What becomes of a frame that came with a token of these devices. */
function fateOf(text: string, devices: string | undefined) {
  const bytes = encodeUplink({
    ...{ source: 'north', codec: 'generic', framing: 'whole', arrivedAt: instant(1), bytes: Buffer.from(text) },
    ...(devices === undefined ? {} : { meta: { devices } }),
  })
  const { result } = decodeAnyRecord({ number: 1, frames: 1, bytes } as never, codecOf, 0).frame(0)
  return result.ok ? result.value.map(({ device }) => device) : result.error.code
}

test('a message that speaks for a device of another token is a dead letter, in every form', () => {
  for (const [text, devices, fate] of [
    ['{"device":"A-1","occupied":true}', undefined, ['A-1']],
    ['{"device":"A-1","occupied":true}', 'A-1', ['A-1']],
    ['{"device":"A-1","occupied":true}', 'B-1,A-*', ['A-1']],
    ['{"device":"A-1","occupied":true}', 'B-1', 'foreign-device'],
    ['{"device":"A-10","occupied":true}', 'A-1', 'foreign-device'],
    ['{"device":"a-1","occupied":true}', 'A-*', 'foreign-device'],
    ['device=A-1 occupied=1', 'B-*', 'foreign-device'],
    ['A-1,1,,1', 'B-*', 'foreign-device'],
    ['[{"device":"A-1","occupied":true},{"device":"B-1","occupied":true}]', 'A-1', 'foreign-device'],
    ['{"device":"70b3d57ed0001a2b","occupied":true}', '70-B3-D5-7E-D0-00-1A-2B', ['70B3D57ED0001A2B']],
    ['{"device":"70b3d57ed0001a2b","occupied":true}', '70b3d57e*', ['70B3D57ED0001A2B']],
    ['{"device":"A84041FFFF000001","occupied":true}', 'A-*,-*,A.8.4.0*', 'foreign-device'],
    ['{"device":"a84041ffff000001","occupied":true}', 'a84*', ['A84041FFFF000001']],
    ['{"device":"A84041FFFF000001","occupied":true}', 'a8-40-41-ff*', ['A84041FFFF000001']],
    ['not a reading', 'A-1', 'bad-csv'],
  ] as const)
    assert.deepEqual(fateOf(text, devices), fate, `${text} with ${devices}`)
})
