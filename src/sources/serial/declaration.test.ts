/** Settings of a serial port that are right alone and wrong together, and those that a port may have. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serial } from './declaration.ts'

const faultsOf = (port: object) => {
  const parsed = serial.settings.safeParse([{ path: '/dev/ttyUSB0', ...port }])
  if (!parsed.success) return parsed.error.issues.map(({ message }) => message)
  return (serial.faults?.(parsed.data) ?? []).map(({ at, message }) => `${at.slice(2).join('.')}: ${message}`)
}
const unit = {
  ...{ unit: 1, table: 'holding', from: 0, count: 4 },
  readings: [{ device: 'A1', field: 'occupied', at: 0 }],
}

for (const right of [
  { framing: 'cobs', check: 'crc16' },
  { framing: 'length16-le', check: 'crc32-le', device: 'A1' },
  { framing: 'cr', checksum: 'required', columns: 'device,occupied' },
  { checksum: 'crc32' },
  { patterns: ['Slot {device}: {occupied}'] },
  { modbus: { units: [unit] } },
])
  test(`${JSON.stringify(right)} is right`, () => assert.deepEqual(faultsOf(right), []))

const wrong: readonly [port: object, fault: RegExp][] = [
  [{ framing: 'cr', check: 'crc16' }, /^check: framing cr has its check in the line/],
  [{ framing: 'slip', checksum: 'required' }, /^checksum: is for lines/],
  [{ patterns: ['Slot {device}: {occupied}'], columns: 'a,b' }, /^columns: is for CSV rows/],
  [{ patterns: ['Slot {bay_no}: {occupied}'] }, /\{bay_no\} is no field/],
  [{ patterns: ['{device}{occupied}'] }, /put text between them/],
  [{ patterns: ['Slot {device}'] }, /it measures nothing/],
  [{ framing: 'cobs', modbus: { units: [unit] } }, /^modbus: frames its messages/],
  [
    { modbus: { units: [{ ...unit, readings: [{ device: 'A', field: 'occupied', at: 4 }] }] } },
    /^modbus\.units\.0\.readings\.0\.at: lies outside/,
  ],
  [
    { modbus: { units: [{ ...unit, readings: [{ device: 'A', field: 'count_in', at: 3, type: 'u32' }] }] } },
    /lies outside/,
  ],
  [{ modbus: { units: [{ ...unit, count: 126 }] } }, /^modbus\.units\.0\.count: at most 125/],
  [
    { modbus: { units: [{ ...unit, table: 'coils', readings: [{ device: 'A', field: 'occupied', at: 0, bit: 1 }] }] } },
    /is one bit/,
  ],
]
for (const [port, fault] of wrong)
  test(`${JSON.stringify(port).slice(0, 90)} is a fault`, () => assert.match(faultsOf(port).join('; '), fault))
