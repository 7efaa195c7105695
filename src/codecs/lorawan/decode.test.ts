import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { arrivedAt, runCases } from '../codec-cases.ts'
import { chooseModel } from './choose-model.ts'
import { createLorawanCodec, lorawanCodec } from './decode.ts'
import { mapObject } from './mapping/map-object.ts'
import type { PayloadReading } from './payloads/payload.ts'
import { payloadDecoders } from './payloads/registry.ts'

runCases(
  (ofSource) => createLorawanCodec({ ofDevice: () => undefined, ofSource }),
  path.join(import.meta.dirname, 'cases'),
)

const data = path.join(import.meta.dirname, '../../../../shared/data')
const skip = existsSync(path.join(data, 'codecs')) ? false : `SKIPPED: no vectors of vendors at ${data}`

interface Vectors {
  readonly vendor: string
  readonly device: string
  readonly vectors: readonly {
    readonly fPort?: number
    readonly hex: string
    readonly expect: Record<string, unknown> & { readonly data?: Record<string, unknown> }
  }[]
}

function modelNamed(name: string) {
  const choice = chooseModel('', [{ name }], { ofDevice: () => undefined })
  return choice.kind === 'model' ? choice.model : undefined
}

test("without a model, the vendor's own output agrees with the bytes or is set aside", { skip }, () => {
  const outcomes = { same: 0, aside: 0 }
  for (const file of readdirSync(path.join(data, 'codecs')).filter((name) => name.endsWith('.json'))) {
    const { vendor, device, vectors } = JSON.parse(readFileSync(path.join(data, 'codecs', file), 'utf8')) as Vectors
    const model = modelNamed(`${vendor} ${device}`)
    for (const { fPort, hex, expect } of vectors) {
      const mapped = mapObject(expect.data ?? expect)
      const bytes = model?.decode?.(Uint8Array.fromHex(hex), fPort)
      if (mapped.aside !== undefined) outcomes.aside++
      else if (bytes) {
        for (const key of ['occupied', 'countIn', 'distanceMm'] as const)
          assert.equal(mapped.measures[key], bytes.measures[key], `${file} ${hex} ${key}`)
        outcomes.same++
      } else assert.equal(mapped.measures.occupied, undefined, `${file} ${hex}`)
    }
  }
  assert.ok(outcomes.same >= 19 && outcomes.aside <= 5, JSON.stringify(outcomes))
})

test("built-in payload decoders agree with the vendors' own on every measure", { skip }, () => {
  const seen = new Set<string>()
  const measuredKeys = [
    'occupied',
    'batteryV',
    'batteryPct',
    'temperatureC',
    'humidityPct',
    'distanceMm',
    'countOut',
  ] as const
  for (const file of readdirSync(path.join(data, 'codecs')).filter((name) => name.endsWith('.json'))) {
    const { vendor, device, vectors } = JSON.parse(readFileSync(path.join(data, 'codecs', file), 'utf8')) as Vectors
    const decoder = modelNamed(`${vendor} ${device}`)
    assert.ok(decoder?.decode, `${file}: no decoder is named ${vendor} ${device}`)
    seen.add(decoder.name)
    for (const { fPort, hex, expect } of vectors) {
      const about = `${file} ${fPort} ${hex}`
      const read: PayloadReading | undefined = decoder.decode(Uint8Array.fromHex(hex), fPort)
      assert.ok(read, about)
      const wanted = expect.data ?? expect
      const mapped = mapObject(wanted)
      const expected = mapped.aside === undefined ? mapped.measures : {}
      for (const key of measuredKeys)
        if (expected[key] !== undefined) assert.equal(read.measures[key], expected[key], `${about} ${key}`)
      if ('counter_value' in wanted) assert.equal(read.measures.countIn, wanted['counter_value'], about)
      if ('previous_state_duration' in wanted)
        assert.equal(read.measures.previousStateS, 60 * Number(wanted['previous_state_duration']), about)
      if ('alarmPark' in wanted) assert.equal(read.measures.occupied, wanted['alarmPark'], about)
      if ('Good_Battery' in wanted) assert.equal(read.measures.batteryLow, wanted['Good_Battery'] === 0, about)
      assert.equal(read.kind === 'restart', wanted['type'] === 'startup', about)
    }
  }
  assert.deepEqual([...seen].sort(), [
    'bosch-tps110',
    'dingtek-dc520',
    'dingtek-do200',
    'dragino-ldds75',
    'elsys-elt',
    'libelium-smart-parking',
    'milesight-em310-udl',
    'netvox-r719a',
    'nwave-ncc405',
    'nwave-nps310',
    'nwave-nps405',
    'tekzitel-tekzipark',
  ])
})

test('documented messages of network servers are recognised', { skip }, () => {
  const files = readdirSync(path.join(data, 'envelopes')).filter(
    (name) => /json$/.test(name) && !name.includes('template'),
  )
  for (const file of files)
    for (const line of readFileSync(path.join(data, 'envelopes', file), 'utf8')
      .split('\n')
      .filter(Boolean)) {
      const result = lorawanCodec.decode(Buffer.from(line), { arrivedAt, meta: {} })
      // Most samples carry bytes of sensors without a model name: their envelope is read and the payload is unknown.
      if (!result.ok) assert.equal(result.error.code, 'unknown-payload', `${file}: ${result.error.detail}`)
      else assert.equal(result.value.length, 1, file)
    }
  assert.ok(files.length >= 9)
})

test('no payload makes a built-in decoder throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...payloadDecoders),
      fc.uint8Array({ maxLength: 24 }),
      fc.option(fc.nat(255), { nil: undefined }),
      (decoder, bytes, fPort) => {
        const read = decoder.decode(bytes, fPort)
        const celsius = read?.measures.temperatureC
        assert.ok(celsius === undefined || (celsius >= -40 && celsius <= 85))
      },
    ),
    { numRuns: effort(5_000) },
  )
})

test('no bytes make it throw, nor any JSON under keys it looks for', () => {
  const key = fc.constantFrom(
    'end_device_ids',
    'dev_eui',
    'device_id',
    'uplink_message',
    'f_cnt',
    'frm_payload',
    'decoded_payload',
    'rx_metadata',
    'join_accept',
    'deviceInfo',
    'devEui',
    'fPort',
    'data',
    'object',
    'batteryLevel',
    'margin',
    'DevEUI_uplink',
    'Lrrs',
    'cmd',
    'EUI',
    'gws',
    'WirelessMetadata',
    'LoRaWAN',
    'dev_eui',
    'hotspots',
    'device',
    'seqNumber',
    'endDevice',
    'fCntUp',
    'occupied',
    'battery',
    'time',
  )
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('AQ==', '01', 'rx', '2026-11-23T08:00:00Z'),
    ),
    tree: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.dictionary(key, tie('tree'), { maxKeys: 8 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }))
  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.dictionary(key, tree, { maxKeys: 8 }).map((body) => Buffer.from(JSON.stringify(body))),
  )
  const metas = fc.record({ query: fc.string(), topic: fc.string() }, { requiredKeys: [] })
  fc.assert(
    fc.property(frame, metas, (bytes, meta) => {
      const result = lorawanCodec.decode(bytes, { arrivedAt, meta })
      assert.ok(result.ok ? result.value.length <= 1 : result.error.detail.length < 800)
    }),
    { numRuns: effort(5_000) },
  )
})

test('a frame of 2 MiB is answered in time that grows with its length, not with its square: under 2 s', () => {
  const size = 2 * 1_048_576
  const uplink = (decoded: string) =>
    `{"end_device_ids":{"device_id":"a"},"uplink_message":{"decoded_payload":${decoded}}}`
  for (const text of [
    '{"a":'.repeat(size / 5),
    '['.repeat(size),
    uplink(`{${Array.from({ length: size / 16 }, (_, i) => `"k${i}":{"v":1}`).join()}}`),
    uplink(`{"battery":"${'1'.repeat(size)}"}`),
    uplink(`{"occupied":"${' '.repeat(size)}"}`),
  ]) {
    const before = process.threadCpuUsage()
    lorawanCodec.decode(Buffer.from(text), { arrivedAt, meta: {} })
    const spent = process.threadCpuUsage(before)
    const took = (spent.user + spent.system) / 1_000
    assert.ok(took < 2_000, `${Math.round(took)} ms for ${text.slice(0, 80)}`)
  }
})
