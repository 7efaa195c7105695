import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { measures } from '../../domain/measures.ts'
import { arrivedAt } from '../codec-cases.ts'
import { genericCodec } from './decode.ts'
import { quickJson } from './quick-json.ts'

const context = { arrivedAt, meta: {} }
/** In the middle of other bytes, as a frame lies in its record. */
function both(text: string) {
  const frame = Buffer.from(text)
  const bytes = Buffer.concat([Buffer.from('9},{"'), frame, Buffer.from('"7,}')])
  return { quick: quickJson(bytes, 5, 5 + frame.length), slow: genericCodec.decode(frame, context) }
}

test('a plain reading of every field is read quickly, and as the slow way reads it', () => {
  const texts = [
    '{"device":"A-017","seq":412,"time":"2026-11-23T07:59:59.120Z","occupied":true}',
    '{ "device" : "x y" , "seq" : 0 , "epoch" : 3 , "bay" : "P-1" , "occupied" : false }',
    '{"device":"1","time":"2028-02-29T23:59:59Z","distance_mm":12.5,"count_in":9007199254740,"count_out":0}',
    '{"battery_v":3.6,"battery_pct":99.99,"temperature_c":-12.25,"rssi_dbm":-119,"device":"~"}',
    '{"device":"hot","temperature_c":85.01}',
    '{"device":"A","boot":"9f3c","seq":0,"occupied":true}',
    '{"device":"A","boot":4117,"seq":0,"occupied":true}',
    '{"device":"A","gateway":"GW-1","seq":0,"occupied":true}',
  ]
  for (const text of texts) {
    const { quick, slow } = both(text)
    assert.ok(slow.ok && quick !== undefined, text)
    assert.deepEqual({ ...quick }, { ...slow.value[0] }, text)
  }
})

test('what it answers the slow way answers too; what the slow way rejects it does not answer', () => {
  const value = fc.oneof(
    fc.constantFrom(
      'true',
      'false',
      'null',
      '""',
      '" a"',
      '"a "',
      '"\\u0041"',
      '-',
      '007',
      '1e3',
      '-0',
      '0.',
      '.5',
      '[]',
      '"ä"',
    ),
    fc.constantFrom(
      '"2026-11-31T00:00:00Z"',
      '"2026-02-29T00:00:00Z"',
      '"2026-11-23T24:00:00Z"',
      '"2026-11-23T00:00:60Z"',
    ),
    fc.constantFrom('"2026-11-23T07:59:59.12aZ"', '"2026-11-23T07:59:59.120z"', '"2026-11-23T07:59:59.120+01:00"'),
    fc
      .date({ min: new Date('1969-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => JSON.stringify(date)),
    fc.integer().map(String),
    fc.maxSafeInteger().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    fc.integer({ min: 0, max: 10 ** 9 }).chain((whole) => fc.nat(10 ** 6).map((rest) => `${whole}.${rest}`)),
    fc.string().map((text) => JSON.stringify(text)),
  )
  const name = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom(
        'device',
        'seq',
        'time',
        'epoch',
        'boot',
        'gateway',
        'bay',
        'occupied',
        ...measures.map(({ name }) => name),
      ),
    },
    fc.constantFrom('deviceX', 'devic', '__proto__', 'note', ''),
  )
  const blank = fc.constantFrom('', '', '', ' ', '\t')
  const fitting = fc.oneof(
    fc.tuple(fc.constantFrom('seq', 'epoch', 'count_in', 'battery_v', 'previous_state_s'), fc.nat(1_200).map(String)),
    fc.tuple(
      fc.constantFrom('battery_v', 'temperature_c', 'snr_db', 'humidity_pct'),
      fc.double({ min: -50, max: 90, noNaN: true }).map((v) => v.toFixed(2)),
    ),
    fc.tuple(
      fc.constantFrom('device', 'bay', 'boot'),
      fc.stringMatching(/^[ -~]{1,12}$/).map((text) => JSON.stringify(text)),
    ),
    fc.tuple(
      fc.constant('time'),
      fc
        .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => JSON.stringify(date)),
    ),
  )
  const pair = fc
    .tuple(blank, fc.oneof({ weight: 4, arbitrary: fitting }, fc.tuple(name, value)), blank, blank)
    .map(([a, [key, text], b, c]) => `${a}${JSON.stringify(key)}${b}:${text}${c}`)
  const tail = fc.constantFrom('', '', '', ',"occupied":true', ',', '}', ' ', '*1234')
  const head = fc.constantFrom('{"device":"A",', '{"device":"A","occupied":false,', '{')
  let answered = 0
  fc.assert(
    fc.property(head, fc.array(pair, { maxLength: 4 }), tail, (begin, pairs, rest) => {
      const { quick, slow } = both(`${begin}${pairs.join(',')}${rest}}`)
      if (quick === undefined) return
      answered++
      assert.ok(slow.ok, JSON.stringify(slow))
      assert.deepEqual([quick], slow.value)
    }),
    { numRuns: 20_000 },
  )
  assert.ok(answered > 500, `only ${answered} were answered quickly`)
})

test('ids that share a slot are not confused', () => {
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 40_000; i++) {
      const device = `S-${i.toString(36)}`
      assert.equal(both(`{"device":"${device}","occupied":true}`).quick?.device, device)
    }
})

test('a source that requires checksums is never read quickly', () => {
  const frame = Buffer.from('{"device":"A","occupied":true}')
  const quick = (meta: Record<string, string>) => genericCodec.quick?.(frame, 0, frame.length, { arrivedAt, meta })
  assert.equal(quick({})?.device, 'A')
  assert.equal(quick({ checksum: 'required' }), undefined)
})

test('a hardware id in another spelling than the normal one is left to the slow way, which writes it as on the label', () => {
  for (const device of ['70b3d57ed0000017', '70-B3-D5-7E-D0-00-00-17', '70B3D57ED0000017']) {
    const { quick, slow } = both(JSON.stringify({ device, occupied: true }))
    assert.ok(slow.ok)
    assert.equal(slow.value[0]?.device, '70B3D57ED0000017')
    assert.equal(quick?.device, device === '70B3D57ED0000017' ? device : undefined)
  }
})
