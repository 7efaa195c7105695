/** What an uplink is read as, from the envelope to the reading: docs/specs/which-decoder.md and docs/specs/mapping.md. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivedAt } from '../codec-cases.ts'
import { lorawanCodec } from './decode.ts'

interface Sent {
  readonly decoded?: unknown
  readonly hex?: string
  readonly fPort?: number
  /** Vendor and model, as the device repository names them. */
  readonly model?: readonly [string, string]
  readonly more?: Record<string, unknown>
}

const theThingsStack = ({ decoded, hex = '01', fPort = 1, model, more }: Sent) => ({
  end_device_ids: { device_id: 'bay-7', dev_eui: '70B3D57ED0000017', dev_addr: '260b1234' },
  uplink_message: {
    session_key_id: 'AXA50tHUGUucuzS/bCGMNw==',
    f_port: fPort,
    f_cnt: 5,
    frm_payload: Buffer.from(hex, 'hex').toString('base64'),
    ...(decoded === undefined ? {} : { decoded_payload: decoded }),
    ...(model ? { version_ids: { brand_id: model[0], model_id: model[1] } } : {}),
    ...more,
  },
})

const chirpStack = (profile: string, hex: string, fPort = 1, more: Record<string, unknown> = {}) => ({
  deviceInfo: { devEui: '70b3d57ed0000017', deviceName: 'Row 3', deviceProfileName: profile },
  devAddr: '00189440',
  fCnt: 5,
  fPort,
  data: Buffer.from(hex, 'hex').toString('base64'),
  ...more,
})

const read = (frame: object) => lorawanCodec.decode(Buffer.from(JSON.stringify(frame)), { arrivedAt, meta: {} })

function measuresOf(frame: object) {
  const result = read(frame)
  assert.ok(result.ok, result.ok ? '' : `${JSON.stringify(frame)}: ${result.error.detail}`)
  assert.equal(result.value.length, 1)
  return result.value[0]?.measures ?? {}
}

function reasonOf(frame: object): string {
  const result = read(frame)
  assert.ok(!result.ok, `not set aside: ${JSON.stringify(result)}`)
  assert.equal(result.error.code, 'unknown-payload')
  return result.error.detail
}

test('a nested key never outvotes a shallower one', () => {
  assert.equal(measuresOf(theThingsStack({ decoded: { alarm: { occupied: false }, occupied: true } })).occupied, true)
  assert.equal(measuresOf(theThingsStack({ decoded: { radar: { occupied: false }, occupied: true } })).occupied, true)
})

test('the past, an alarm and a setting never count as the present', () => {
  for (const key of ['previous', 'last', 'alarm', 'config', 'lastState', 'previous_status', 'cached'])
    reasonOf(theThingsStack({ decoded: { [key]: { occupied: false } } }))
  reasonOf(theThingsStack({ decoded: { last_occupied: false } }))
})

test('where the model is known, its own decoder decides and not a status in the decoded object', () => {
  const bosch = { model: ['bosch', 'tps110'], hex: '01' } as const
  for (const decoded of [{ status: 0 }, { status: 'frame ok' }, { available: true }, { occupied: false }])
    assert.equal(measuresOf(theThingsStack({ ...bosch, decoded })).occupied, true, JSON.stringify(decoded))
  const answer = { Cmd: 'ConfigReportRsp', Status: 'Failure' }
  const r719a = theThingsStack({ model: ['netvox', 'r719a'], hex: '8159010000000000000000', fPort: 7, decoded: answer })
  assert.deepEqual(measuresOf(r719a), {})
})

test('without a model, a status outside the presence table leaves the bay unknown', () => {
  for (const decoded of [
    { status: 0 },
    { status: 'frame ok' },
    { available: true },
    { Cmd: 'ConfigReportRsp', Status: 'Failure' },
    { Device: 'R718X', Status: 'ON' },
  ]) {
    const result = read(theThingsStack({ decoded }))
    if (result.ok) assert.equal(result.value[0]?.measures.occupied, undefined, JSON.stringify(decoded))
  }
})

test('values are read whole: what is nearly a number or a word is unknown', () => {
  for (const decoded of [
    { occupied: '0?' },
    { occupied: '-1' },
    { occupied: '1.0' },
    { occupied: 'no idea' },
    { occupied: '0 cars?' },
    { parkingStatus: 'none' },
    { parkingStatus: '#0' },
  ])
    assert.equal(measuresOf(theThingsStack({ decoded })).occupied, null, JSON.stringify(decoded))
})

test('a profile named after a word of a model chooses nothing, and the candidates are named', () => {
  for (const [profile, hex, port] of [
    ['Netvox Smart Parking Sensor', '0159011e01000000000000', 6],
    ['NWave Smart Parking Sensor', '01', 1],
    ['TPS110 north', '01', 1],
    ['Not a Bosch TPS110', '01', 1],
    ['Bosch', '01', 1],
  ] as const) {
    const reason = reasonOf(chirpStack(profile, hex, port))
    assert.match(reason, hex === '01' ? /bosch-tps110, nwave-nps310, nwave-nps405/ : /netvox-r719a/, profile)
    assert.match(reason, /baykeeper dlq requeue ID --decoder NAME/)
  }
})

test('a profile that is vendor and model, region aside, chooses the model', () => {
  for (const profile of [
    'Nwave NPS310-SM (EU868)',
    'nwave_nps310',
    'NWave NPS310 US915 OTAA Class A',
    'nwave-nps310sm',
  ])
    assert.equal(measuresOf(chirpStack(profile, '01')).occupied, true, profile)
})

test('two models named for one device choose none', () => {
  const tags = { brand: 'Bosch', model: 'TPS110' }
  const frame = chirpStack('Nwave NPS310', '01')
  const reason = reasonOf({ ...frame, deviceInfo: { ...frame.deviceInfo, tags } })
  assert.match(reason, /bosch-tps110 and nwave-nps310/)
})

test('several bays in one object are never read as one', () => {
  for (const decoded of [
    { slot1: { occupied: false }, slot2: { occupied: true } },
    { north: { occupied: false }, south: { occupied: true } },
    { slots: [{ occupied: false }, { occupied: true }] },
    { slot1: 'free', slot2: 'occupied' },
    { occupied1: false, occupied2: true },
    { slot_1_status: 'free', slot_2_status: 'free' },
    { occupied: false, slot1: { occupied: false }, slot2: { occupied: true } },
  ])
    assert.match(reasonOf(theThingsStack({ decoded })), /several bays/, JSON.stringify(decoded))
  assert.equal(measuresOf(theThingsStack({ decoded: { slots: [{ occupied: true }] } })).occupied, true)
})

test('occupancy of Elsys is a state: 2 is occupied, 1 is pending', () => {
  const read = (occupancy: number) =>
    measuresOf(theThingsStack({ model: ['elsys', 'ems-desk'], hex: '1102', decoded: { occupancy } })).occupied
  assert.deepEqual([0, 1, 2, 3].map(read), [false, null, true, null])
})

test('without a model a number under occupancy is set aside, with the meanings it may have', () => {
  for (const occupancy of [0, 1, 2, '1', 37])
    assert.match(reasonOf(theThingsStack({ decoded: { occupancy } })), /occupancy-flag.*elsys-occupancy/)
  assert.equal(measuresOf(theThingsStack({ decoded: { occupancy: 'Occupied' } })).occupied, true)
})

test('what a validity flag calls invalid is no measurement', () => {
  assert.deepEqual(measuresOf(theThingsStack({ decoded: { valid: false, distance: 0 } })), {})
  assert.deepEqual(measuresOf(theThingsStack({ decoded: { valid: true, distance: 310 } })), { distanceMm: 310 })
  assert.deepEqual(measuresOf(theThingsStack({ decoded: { valid: 0, occupied: false, battery: 88 } })), {
    occupied: null,
    batteryPct: 88,
  })
  assert.deepEqual(measuresOf(theThingsStack({ decoded: { distance_valid: false, distance: 0, battery: 88 } })), {
    batteryPct: 88,
  })
})

test('keys that vendors use for presence, distance and counts are mapped', () => {
  const cases: [Record<string, unknown>, object][] = [
    [
      { Device: 'R719A', Volt: 3, CarOnOff: 1 },
      { occupied: true, batteryV: 3 },
    ],
    [
      { Device: 'R719B', Volt: '2.8(low battery)', CarOnOff: 0 },
      { occupied: false, batteryV: 2.8, batteryLow: true },
    ],
    [{ CarOnOff: 1 }, { occupied: true }],
    [{ Occupy: 0 }, { occupied: false }],
    [
      { level: 1716, volt: 3.53, alarmPark: false, alarmLevel: false, alarmMagnet: false, alarmBattery: false },
      { occupied: false, distanceMm: 1716, batteryV: 3.53, batteryLow: false },
    ],
    [{ proxx_mm: 612 }, { distanceMm: 612 }],
    [{ distance1_cm: 61.2 }, { distanceMm: 612 }],
    [{ Distance_mm: 2116 }, { distanceMm: 2116 }],
    [
      { inCounter: 2, outCounter: 1, balanceCounter: 1 },
      { countIn: 2, countOut: 1 },
    ],
    [{ type: 'counter_update', counter_value: 1706 }, { countIn: 1706 }],
    [
      { counter_a: 1, total_counter_a: 20, total_counter_b: 18 },
      { countIn: 20, countOut: 18 },
    ],
    [{ valid: true, occupied: 1 }, { occupied: true }],
    // Examples of formatters in the public device repository.
    [
      {
        distance: { displayName: 'Distance', unit: 'mm', value: 1234 },
        battery_voltage: { displayName: 'Battery voltage', unit: 'V', value: 2.993 },
        number_of_valid_samples: { displayName: 'Number of valid samples', value: 1 },
      },
      { distanceMm: 1234, batteryV: 2.993 },
    ],
    [
      { occupied: { value: false }, battery: { value: 80, unit: '%' } },
      { occupied: false, batteryPct: 80 },
    ],
    [
      {
        battery_voltage: 2.56,
        counter_a: 0,
        counter_b: 0,
        total_counter_a: 13,
        total_counter_b: 10,
        payload_counter: 106,
      },
      { countIn: 13, countOut: 10, batteryV: 2.56 },
    ],
    [
      { LTR: 1, RTL: 2, LTR_SUM: 3, RTL_SUM: 4, TEMP: 31 },
      { countIn: 3, countOut: 4, temperatureC: 31 },
    ],
    [
      { amplitude: 255, battery_vol: 3.6, proxx_mm: 1721, temp: 23.2 },
      { distanceMm: 1721, batteryV: 3.6, temperatureC: 23.2 },
    ],
    [{ battery_vol: 3.6, gps_count: 0, lora_count: 704, us_sensor_count: 371 }, { batteryV: 3.6 }],
    [
      { Device: 'R718X', Volt: 3.6, Status: 'ON', Distance: 300, Temp: 26.3, FillLevel: 50, AngleOfInclination: 10 },
      { distanceMm: 300, batteryV: 3.6, temperatureC: 26.3 },
    ],
    [{ Cmd: 'SetOnDistanceThresholdRsp', Device: 'R718X', Status: 'Success' }, {}],
    [{ Cmd: 'GetOnDistanceThresholdRsp', Device: 'R718X', OnDistanceThreshold: 50 }, {}],
    [
      {
        type: 'user_registration',
        occupied: true,
        previous_state_duration: 160,
        tag_battery_voltage: 3.2,
        tag_id: '1F34',
      },
      { occupied: true },
    ],
    [{ type: 'parking status', occupied: true }, { occupied: true }],
    [
      { occupied: 0, keepAlive: 1, Obstruction: 0, Good_Battery: 1, Temperature: 46, Parking_ID: 98 },
      { occupied: false, temperatureC: 46 },
    ],
    [
      { temperature: 22.6, humidity: 41, x: 1, y: 39, z: 5, distance: 8977 },
      { distanceMm: 8977, temperatureC: 22.6, humidityPct: 41 },
    ],
    [
      { battery: 92, distance: 2116, tilt: 'tilt' },
      { distanceMm: 2116, batteryPct: 92 },
    ],
  ]
  for (const [decoded, expected] of cases)
    assert.deepEqual(measuresOf(theThingsStack({ decoded })), expected, JSON.stringify(decoded))
})

test('a key that may matter is never dropped without a report', () => {
  for (const decoded of [
    { level: 30, battery: 90 },
    { counter_a: 4, counter_b: 2 },
    { counterA: 4 },
    { count: 3 },
    { distance_raw: 12, temperature: 20 },
    { distance1_cm: 12, distance2_cm: 30 },
    { colour: 'red' },
    { distance: 'No Sensor' },
    { people_counter_all: 3, region_count: 3, regions: [{ count: 1, index: 0 }] },
    { event: 'heartbeat', battery: 90, distance: 89.7, state: 0 },
  ])
    assert.match(reasonOf(theThingsStack({ decoded })), /dlq requeue/, JSON.stringify(decoded))
})

test('DO201 and DO202 are decoded, an impossible temperature aside', () => {
  const hex = '800031021706b4000001610010fff6fff08b2d00010081'
  const measures = { occupied: false, batteryV: 3.53, batteryLow: false }
  assert.deepEqual(measuresOf(theThingsStack({ model: ['dingtek', 'do201'], hex, fPort: 3 })), {
    ...measures,
    distanceMm: 1716,
  })
  const warm = hex.replace('fff08b2d', 'fff0172d')
  assert.deepEqual(measuresOf(theThingsStack({ model: ['dingtek', 'do201'], hex: warm, fPort: 3 })), {
    ...measures,
    ...{ distanceMm: 1716, temperatureC: 23, humidityPct: 45 },
  })
  const do202 = hex.replace('800031', '800032')
  assert.deepEqual(measuresOf(theThingsStack({ model: ['dingtek', 'do202'], hex: do202, fPort: 3 })), measures)
})

test('debug output of NPS310 and NCC405 is a sign of life, and R719B is decoded like R719A', () => {
  for (const model of ['nps310sm', 'ncc405fm'])
    assert.deepEqual(measuresOf(theThingsStack({ model: ['nwave', model], hex: 'a1b2c3', fPort: 6 })), {})
  const r719b = theThingsStack({ model: ['netvox', 'r719b'], hex: '01af011e01000000000000', fPort: 6 })
  assert.deepEqual(measuresOf(r719b), { occupied: true, batteryLow: false, batteryV: 3 })
})

test('the session of the network, its time and the counter come from the envelope; absent is 0 where zeros are left out', () => {
  const received_at = '2026-11-23T07:59:59Z'
  const time = Date.parse(received_at)
  const first = (frame: object) => {
    const result = read(frame)
    return result.ok ? { ...result.value[0], measures: undefined } : result
  }
  const stack = theThingsStack({ decoded: { occupied: true }, more: { received_at } })
  const common = { device: '70B3D57ED0000017', time, timeSource: 'network', measures: undefined }
  assert.deepEqual(first(stack), { ...common, seq: 5, session: 'AXA50tHUGUucuzS/bCGMNw==' })
  const { session_key_id: _, f_cnt: __, ...bare } = stack.uplink_message
  assert.deepEqual(first({ ...stack, uplink_message: bare }), { ...common, seq: 0, session: '260B1234' })
  const { fCnt: ___, ...up } = chirpStack('Nwave NPS310', '01', 1, { time: received_at })
  assert.deepEqual(first(up), { ...common, seq: 0, session: '00189440' })
  const join = { end_device_ids: stack.end_device_ids, received_at, join_accept: { session_key_id: 'ESIzRA==' } }
  assert.deepEqual(first(join), { ...common, session: 'ESIzRA==', kind: 'restart' })
  const chirpJoin = { deviceInfo: up.deviceInfo, devAddr: '00aa0001', time: received_at }
  assert.deepEqual(first(chirpJoin), { ...common, session: '00AA0001', kind: 'restart' })
})

test('a DevEUI is one device in any case and with any separators', () => {
  for (const dev_eui of ['70b3d57ed0000017', '70:B3:D5:7E:D0:00:00:17', '70-b3-d5-7e-d0-00-00-17']) {
    const frame = theThingsStack({ decoded: { occupied: true } })
    const result = read({ ...frame, end_device_ids: { ...frame.end_device_ids, dev_eui } })
    assert.ok(result.ok)
    assert.equal(result.value[0]?.device, '70B3D57ED0000017')
  }
})

test('commands of the network on port 0 are a sign of life and no presence, also where a formatter decoded them', () => {
  assert.deepEqual(measuresOf(theThingsStack({ fPort: 0, decoded: { occupied: false } })), {})
})

test('where the network server failed to decode, the bytes of a known model are read', () => {
  assert.equal(measuresOf(theThingsStack({ model: ['bosch', 'tps110'] })).occupied, true)
  assert.match(reasonOf(theThingsStack({})), /the bytes could be of bosch-tps110/)
})

test('what a network server gives outside of the range of a measure is dropped alone', () => {
  const heard = (rssi: number, snr: number) =>
    measuresOf(theThingsStack({ decoded: { occupied: true }, more: { rx_metadata: [{ rssi, snr }] } }))
  assert.deepEqual(heard(-97, -12.5), { occupied: true, rssiDbm: -97, snrDb: -12.5 })
  assert.deepEqual(heard(-97, 255), { occupied: true, rssiDbm: -97 })
  assert.deepEqual(heard(999, 7), { occupied: true, snrDb: 7 })
})

test('decoded humidity and signal are found under their names, with their unit or none', () => {
  const of = (decoded: object) => measuresOf(theThingsStack({ decoded: { occupied: true, ...decoded } as never }))
  assert.deepEqual(of({ humidity: '41.5 %', snr: '9.5 dB' }), { occupied: true, humidityPct: 41.5, snrDb: 9.5 })
  assert.deepEqual(of({ Humidity_pct: 100, SNR_dB: -40 }), { occupied: true, humidityPct: 100, snrDb: -40 })
  assert.deepEqual(of({ humidity: 101, snr: '9 V', previous_state_s: 60 }), { occupied: true })
})
