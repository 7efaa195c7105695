/**
 * How fast frames are decoded, on one core: the payloads of every built-in decoder, the same inside of an envelope of The Things Stack, and plain readings.
 * `npm run bench -- codecs [--quick] [--json]`; with `--catalogue DIR`, the scripts of a public catalogue in the sandbox (codec-catalogue/main.ts).
 */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Codec } from '../src/codecs/codec.ts'
import { genericCodec } from '../src/codecs/generic/decode.ts'
import { createLorawanCodec } from '../src/codecs/lorawan/decode.ts'
import { payloadDecoders } from '../src/codecs/lorawan/payloads/registry.ts'
import { instant } from '../src/lib/brand.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    catalogue: { type: 'string' },
    only: { type: 'string' },
  },
})
if (values.catalogue !== undefined) {
  const { benchCatalogue } = await import('./codec-catalogue/main.ts')
  await benchCatalogue(values.catalogue, values)
  process.exit()
}
const spanMs = values.quick ? 300 : 2_000
/** Between two looks at the clock. */
const roundsPerLook = 200

interface PayloadCase {
  readonly hex: string
  readonly fPort?: number
  readonly reading: unknown
}

const folder = path.join(import.meta.dirname, '../src/codecs/lorawan/payloads')
const casesOf = (name: string): PayloadCase[] =>
  globSync(`${name}/cases/*.json`, { cwd: folder })
    .flatMap((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as PayloadCase[])
    .filter(({ reading }) => reading !== null)

/** Times a second that all of it is done, after a warm-up. */
function rateOf(each: number, round: () => void): number {
  for (let i = 0; i < roundsPerLook; i++) round()
  const began = performance.now()
  let rounds = 0
  while (performance.now() - began < spanMs) {
    for (let i = 0; i < roundsPerLook; i++) round()
    rounds += roundsPerLook
  }
  return Math.round((rounds * each) / ((performance.now() - began) / 1_000))
}

const samples = payloadDecoders.flatMap(({ name, decode }) =>
  casesOf(name).map(({ hex, fPort }) => ({ name, decode, fPort, bytes: Uint8Array.fromHex(hex) })),
)
let read = 0
const payloads = rateOf(samples.length, () => {
  for (const { decode, bytes, fPort } of samples) if (decode(bytes, fPort)) read++
})
if (read % samples.length !== 0) throw new Error('a decoder refuses a case that it must read')

const context = { arrivedAt: instant(Date.parse('2026-11-23T08:00:00Z')), meta: {} }
function decoded(codec: Codec, frames: readonly Uint8Array[]): number {
  for (const frame of frames) {
    const result = codec.decode(frame, context)
    if (!result.ok) throw new Error(`a frame is refused: ${result.error.detail}`)
  }
  return rateOf(frames.length, () => {
    for (const frame of frames) codec.decode(frame, context)
  })
}
const text = new TextEncoder()
const envelopes = samples.map(({ name, bytes, fPort }, i) =>
  text.encode(
    JSON.stringify({
      end_device_ids: { device_id: `${name}-${i}`, dev_eui: '70B3D57ED0001A2B', dev_addr: '26011F33' },
      received_at: '2026-11-23T08:00:00.120Z',
      uplink_message: {
        ...{ session_key_id: 'AXA50xQ=', f_port: fPort ?? 1, f_cnt: i, frm_payload: bytes.toBase64() },
        rx_metadata: [{ gateway_ids: { gateway_id: 'roof' }, rssi: -97, snr: 7.5 }],
      },
    }),
  ),
)
/** The frames of one model: an envelope names its device by a DevEUI, and a device has one model. */
const oneModel = 'nwave-nps405'
const lorawan = createLorawanCodec({ ofDevice: () => oneModel })
const uplinks = envelopes.filter((_, i) => samples[i]?.name === oneModel)
const plain = [
  text.encode('{"device":"A-017","seq":412,"occupied":true,"battery_v":3.6}'),
  text.encode('device=A-017 seq=412 occupied=1 battery_v=3.6'),
]
const rates = {
  payloads_per_s: payloads,
  payload_kinds: samples.length,
  decoders: payloadDecoders.length,
  envelopes_per_s: decoded(lorawan, uplinks),
  plain_json_per_s: decoded(genericCodec, plain.slice(0, 1)),
  key_value_per_s: decoded(genericCodec, plain.slice(1)),
}
if (values.json) console.log(JSON.stringify(rates))
else for (const [name, rate] of Object.entries(rates)) console.log(`${name.padEnd(18)} ${rate.toLocaleString('en')}`)
