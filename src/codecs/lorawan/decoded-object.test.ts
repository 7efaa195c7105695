import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readDecodedObject } from './decoded-object.ts'

const presence = (decoded: Record<string, unknown>) => readDecodedObject(decoded).occupied

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
  ])
    assert.equal(presence(decoded), true, JSON.stringify(decoded))
  for (const decoded of [
    { occupied: false },
    { occupancy: '0' },
    { parkingStatus: 'Vacant' },
    { status: 'free' },
    { State: 'Not occupied' },
    { vehicle: 'No vehicle' },
    { available: true },
    { slot_status: 'EMPTY' },
    { car: 'not present' },
  ])
    assert.equal(presence(decoded), false, JSON.stringify(decoded))
})

test('a value nobody knows is unknown, never vacant', () => {
  for (const decoded of [
    { occupied: 'maybe' },
    { occupied: null },
    { occupancy: 37 },
    { occupied: -1 },
    { status: 3 },
    { occupied: [] },
    { vacant: '' },
    { occupied: '' },
  ])
    assert.equal(presence(decoded), null, JSON.stringify(decoded))
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const known = presence({ occupied: value })
      // An object is looked into: what it says then is what a field of it says.
      if (known === false && (typeof value !== 'object' || value === null))
        assert.match(
          String(value)
            .toLowerCase()
            .replace(/[^a-z0-9]/g, ''),
          /^(0|[a-z]+)$/,
        )
    }),
  )
})

test('words of health under status are no presence', () => {
  for (const decoded of [{ Status: 'Success' }, { status: 'OK' }, { state: 'online' }, { temperature: 3 }, {}])
    assert.equal(presence(decoded), undefined, JSON.stringify(decoded))
})

test('percent, volts and the low flag of a battery are never mixed', () => {
  const cases: [Record<string, unknown>, object][] = [
    [{ battery: 88 }, { batteryPct: 88 }],
    [{ battery: 3.6 }, {}],
    [{ battery: '3.6V' }, { batteryV: 3.6 }],
    [{ battery: '3 %' }, { batteryPct: 3 }],
    [{ battery_percent: 4 }, { batteryPct: 4 }],
    [{ battery_voltage: 3.344 }, { batteryV: 3.344 }],
    [{ battery_mv: 3344 }, { batteryV: 3.344 }],
    [{ Volt: 3600 }, { batteryV: 3.6 }],
    [{ battery: 'low battery' }, {}],
    [{ low_battery: true }, { batteryLow: true }],
    [{ alarmBattery: 0 }, { batteryLow: false }],
    [{ battery_pct: 140 }, {}],
  ]
  for (const [decoded, expected] of cases)
    assert.deepEqual(readDecodedObject(decoded), expected, JSON.stringify(decoded))
})

test('distances carry their unit, impossible values are dropped', () => {
  const cases: [Record<string, unknown>, object][] = [
    [{ distance: 2116 }, { distanceMm: 2116 }],
    [{ distance: '2799 mm' }, { distanceMm: 2799 }],
    [{ distance: '2.5 m' }, { distanceMm: 2500 }],
    [{ distance: 'No Sensor' }, {}],
    [{ temperature: -117 }, {}],
    [{ Temperature: 45 }, { temperatureC: 45 }],
    [{ temperature: Number.NaN }, {}],
  ]
  for (const [decoded, expected] of cases)
    assert.deepEqual(readDecodedObject(decoded), expected, JSON.stringify(decoded))
})
