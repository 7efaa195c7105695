import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../../test/fixtures/effort.ts'
import type { Json } from '../json.ts'
import { mapObject } from './map-object.ts'
import { mappingTables } from './registry.ts'

const presence = (decoded: Json) => {
  const mapped = mapObject(decoded)
  return mapped.aside === undefined ? mapped.measures.occupied : 'aside'
}

test('keys of vendors that no table names are read where they leave no doubt', () => {
  for (const [decoded, expected] of [
    [
      { counterA: 4, counterB: 2 },
      { countIn: 4, countOut: 2 },
    ],
    [
      { counterA: 4, counterB: 2, totalCounterA: 40, totalCounterB: 20 },
      { countIn: 40, countOut: 20 },
    ],
    [
      { in_count: 7, out_count: 3 },
      { countIn: 7, countOut: 3 },
    ],
    [{ level: '1700 mm', full: false }, { distanceMm: 1_700 }],
    [
      { level: 1_700, alarmLevel: false, alarmBattery: true },
      { distanceMm: 1_700, batteryLow: true },
    ],
    [{ measuredDistance: { value: 1.7, unit: 'm' } }, { distanceMm: 1_700 }],
    [{ distance_in_cm: 12.5 }, { distanceMm: 125 }],
    [{ distanceMeters: 0.4 }, { distanceMm: 400 }],
    [
      { parkingSpaceOccupied: true, temperature_board: 21 },
      { occupied: true, temperatureC: 21 },
    ],
  ] as const)
    assert.deepEqual(mapObject(decoded), { measures: expected }, JSON.stringify(decoded))
  for (const decoded of [{ level: 1_700 }, { level: '70 %' }, { water_level_mm: 300 }])
    assert.ok(mapObject(decoded).aside, JSON.stringify(decoded))
})

test('presence is found under the names vendors use', () => {
  for (const decoded of [
    { occupied: true },
    { Occupied: 1 },
    { is_occupied: 'TRUE' },
    { occupancy: 'Occupied' },
    { parking_status: 'busy' },
    { 'Parking Status': 'OCCUPIED' },
    { status: 'occupied' },
    { state: 'taken' },
    { car_present: 1 },
    { vehicle: true },
    { data: { parking: { state: 'parked' } } },
    { vacant: false },
    { isFree: 0 },
    { status: 'ok', vehicle_detected: 'yes' },
    { slot1: { status: 'detected' } },
  ])
    assert.equal(presence(decoded), true, JSON.stringify(decoded))
  for (const decoded of [
    { occupied: false },
    { occupied: '0' },
    { parkingStatus: 'Vacant' },
    { status: 'free' },
    { State: 'Not occupied' },
    { vehicle: 'No vehicle' },
    { vacant: true },
    { slot_status: 'EMPTY' },
    { car: 'not-present' },
    { type: 'parking_status', occupied: false },
  ])
    assert.equal(presence(decoded), false, JSON.stringify(decoded))
})

test('a value that is in no table is unknown, never vacant', () => {
  for (const decoded of [
    { occupied: 'maybe' },
    { occupied: null },
    { parkingStatus: 37 },
    { occupied: -1 },
    { occupied: 0.0001 },
    { occupied: [] },
    { occupied: [false] },
    { vacant: '' },
    { occupied: '' },
    { occupied: 'constructor' },
    { occupied: '__proto__' },
  ])
    assert.equal(presence(decoded), null, JSON.stringify(decoded))
})

test('keys of one level that contradict each other make the bay unknown', () => {
  assert.equal(presence({ occupied: true, vacant: true }), null)
  assert.equal(presence({ occupied: false, parkingStatus: 'occupied' }), null)
  assert.equal(presence({ occupied: false, isOccupied: 'maybe' }), null)
  assert.equal(presence({ occupied: false, vacant: true, status: 'free' }), false)
})

test('the tables of models read a value they do not name as unknown', () => {
  for (const table of mappingTables.filter(({ presence }) => presence)) {
    const key = table.presence?.key ?? ''
    for (const value of ['0?', -1, 9, 'toString', null, {}, 'none']) {
      const mapped = mapObject({ [key]: value }, table)
      const occupied = mapped.aside === undefined ? mapped.measures.occupied : null
      assert.ok(occupied === null || occupied === undefined, `${table.name} ${JSON.stringify(value)}`)
    }
  }
})

/** The model: what a reader who only knows the vocabulary would accept as a word for a vacant bay. */
const vacantWord =
  /^\s*(0|false|vacant|free|empty|available|(un|not|non)[\s_-]*occupied|absent|no|off|clear|left|departure|no[\s_-]*car)\s*$/i
const takenWord = /^\s*(1|true|occupied|busy|taken|full|parked|present|detected|yes|on|car|vehicle)\s*$/i
const presenceKey =
  /^(occupied|is_?occupied|parking_?status|status|state|car_?present|vehicle|caronoff|occupy|alarmpark|slot_?status|presen(t|ce)|park|parked|parking|car|occupancy)$/i
const absenceKey = /^(vacant|free|is_?free)$/i
const past = /prev|last|alarm$|config|old|history/i

function hasVacantWord(value: unknown, key: string, isPast: boolean): boolean {
  if (Array.isArray(value)) return value.some((one) => hasVacantWord(one, key, isPast))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).some(([name, one]) =>
      hasVacantWord(one, name === 'value' ? key : name, isPast || past.test(name)),
    )
  if (isPast) return false
  return (
    (presenceKey.test(key) && vacantWord.test(String(value))) || (absenceKey.test(key) && takenWord.test(String(value)))
  )
}

const keys = fc.oneof(
  fc.constantFrom(
    ...'occupied isOccupied occupancy parkingStatus status state car_present vehicle CarOnOff Occupy alarmPark'.split(
      ' ',
    ),
    ...'slot_status present vacant free is_free available slot1 slot2 slots data parking previous last alarm config'.split(
      ' ',
    ),
    ...'lastState oldStatus history valid distance level battery counterA occupied1 value unit'.split(' '),
  ),
  fc.string({ maxLength: 8 }),
)
const values = fc.oneof(
  fc.constantFrom<unknown>(
    true,
    false,
    0,
    1,
    -1,
    2,
    0.5,
    null,
    '0',
    '1',
    '0?',
    '-1',
    'none',
    'unknown',
    ' free ',
    'FREE',
  ),
  fc.constantFrom(
    'occupied',
    'not occupied',
    'Not-Occupied',
    'frame ok',
    'ON',
    'off',
    'available',
    'vacant?',
    '',
    'no car',
  ),
  fc.string({ maxLength: 10 }),
  fc.integer(),
  fc.double(),
)
const { object } = fc.letrec((tie) => ({
  object: fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 4, arbitrary: values },
    { weight: 2, arbitrary: tie('object') },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
  ),
}))

test('no object of any shape is read as a vacant bay without a key that means vacant', () => {
  let vacant = 0
  fc.assert(
    fc.property(object, (decoded) => {
      const mapped = mapObject(decoded as Json)
      if (mapped.aside !== undefined) return assert.ok(mapped.aside.length < 700, mapped.aside)
      if (mapped.measures.occupied !== false) return
      vacant++
      assert.ok(hasVacantWord(decoded, '', false), JSON.stringify(decoded))
    }),
    { numRuns: effort(20_000) },
  )
  assert.ok(vacant > 100, `only ${vacant} of the objects were read as vacant at all`)
})

test('of two levels the deeper one never decides', () => {
  const wrap = fc.constantFrom('data', 'radar', 'alarm', 'previous', 'config', 'parking', 'sensor')
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), wrap, fc.boolean(), (shallow, deep, key, isFirst) => {
      const inner = { [key]: { occupied: deep } }
      const decoded = isFirst ? { ...inner, occupied: shallow } : { occupied: shallow, ...inner }
      assert.equal(presence(decoded), shallow)
    }),
  )
})

test('percent, volts and the low flag of a battery are never mixed', () => {
  const cases: [Record<string, unknown>, object][] = [
    [{ battery: 88 }, { batteryPct: 88 }],
    [{ battery: 3.6 }, { batteryV: 3.6 }],
    [{ battery: 4 }, {}],
    [{ batteryLevel: 3.6 }, {}],
    [{ battery: 1.4 }, {}],
    [{ battery: '3.6V' }, { batteryV: 3.6 }],
    [{ battery: '3 %' }, { batteryPct: 3 }],
    [{ battery_percent: 4 }, { batteryPct: 4 }],
    [{ battery_voltage: 3.344 }, { batteryV: 3.344 }],
    [{ battery_mv: 3344 }, { batteryV: 3.344 }],
    [{ Volt: 3600 }, { batteryV: 3.6 }],
    [{ Volt: '2.8(low battery)' }, { batteryV: 2.8, batteryLow: true }],
    [{ battery: 'low battery' }, {}],
    [{ low_battery: true }, { batteryLow: true }],
    [{ alarmBattery: 0 }, { batteryLow: false }],
    [{ battery_pct: 140 }, {}],
  ]
  for (const [decoded, expected] of cases) {
    const mapped = mapObject({ occupied: true, ...decoded })
    assert.ok(mapped.aside === undefined)
    const { occupied: _, ...battery } = mapped.measures
    assert.deepEqual(battery, expected, JSON.stringify(decoded))
  }
})

test('distances carry their unit, impossible values are dropped', () => {
  const cases: [Record<string, unknown>, object][] = [
    [{ distance: 2116 }, { distanceMm: 2116 }],
    [{ distance: '2799 mm' }, { distanceMm: 2799 }],
    [{ distance: '2.5 m' }, { distanceMm: 2500 }],
    [{ distance_cm: 12.5 }, { distanceMm: 125 }],
    [{ distance: 12.5 }, {}],
    [{ distance: -3 }, {}],
    [{ distance: 'No Sensor' }, {}],
    [{ temperature: -117 }, {}],
    [{ Temperature: 45 }, { temperatureC: 45 }],
    [{ temperature: Number.NaN }, {}],
  ]
  for (const [decoded, expected] of cases) {
    const mapped = mapObject({ occupied: true, ...decoded })
    assert.ok(mapped.aside === undefined)
    assert.deepEqual(mapped.measures, { occupied: true, ...expected }, JSON.stringify(decoded))
  }
})

test('an object with more values than any payload is set aside in bounded time', () => {
  const wide = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`k${i}`, i]))
  assert.match(mapObject({ occupied: false, ...wide }).aside ?? '', /more values/)
  const lists = { slots: Array.from({ length: 100_000 }, () => ({ occupied: false })) }
  assert.match(mapObject(lists).aside ?? '', /more values/)
})
