import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { countersOf, driverCounters, driverOf, numbersOf } from './driver-counters.ts'

const drivers = `/dev/tty             /dev/tty        5       0 system:/dev/tty
usbserial            /dev/ttyUSB   188 0-511 serial
serial               /dev/ttyS       4 64-111 serial
ttyAMA               /dev/ttyAMA   204 64-77 serial
pty_slave            /dev/pts      136 0-1048575 pty:slave
`
const serial = `serinfo:1.0 driver revision:
0: uart:16550A port:000003F8 irq:4 tx:218 rx:812 fe:1 pe:2 brk:3 oe:12 bo:4 RTS|CTS|DTR|DSR|CD
1: uart:16550A port:000002F8 irq:3 tx:0 rx:0
2: uart:unknown port:000003E8 irq:4
10: uart:16550A port:00000000 irq:0 tx:0 rx:9 oe:1
`

test('the overruns of a port are read from its driver’s line', () => {
  assert.deepEqual(countersOf(serial, 0), {
    received: 812,
    overruns: 12,
    bufferOverruns: 4,
    framingErrors: 1,
    parityErrors: 2,
    breaks: 3,
  })
  assert.equal(countersOf(serial, 1)?.overruns, 0)
  assert.equal(countersOf(serial, 10)?.overruns, 1)
})

test('a driver that does not count, or a port that is none, is not a counter at 0', () => {
  assert.equal(countersOf(serial, 2), undefined)
  assert.equal(countersOf(serial, 7), undefined)
  assert.equal(
    countersOf('usbserinfo:1.0 driver:2.0\n0: module:ftdi_sio name:"FTDI" vendor:0403 num_ports:1', 0),
    undefined,
  )
  assert.equal(countersOf('', 0), undefined)
})

test('the driver is found by the device number', () => {
  assert.deepEqual(driverOf(drivers, 4, 65), { name: 'serial', firstMinor: 64 })
  assert.deepEqual(driverOf(drivers, 188, 3), { name: 'usbserial', firstMinor: 0 })
  assert.deepEqual(driverOf(drivers, 5, 0), { name: '/dev/tty', firstMinor: 0 })
  assert.equal(driverOf(drivers, 4, 1), undefined)
  assert.equal(driverOf('', 4, 64), undefined)
  assert.deepEqual(numbersOf(0x441), { major: 4, minor: 65 })
  assert.deepEqual(numbersOf((136 << 8) | 7 | (0x123 << 20)), { major: 136, minor: 0x12307 })
})

test('a file that is no port, a pseudo-terminal and a port without a driver’s line have no counters', async () => {
  assert.equal(await driverCounters('/dev/null'), undefined)
  assert.equal(await driverCounters('/nothing'), undefined)
  assert.equal(await driverCounters('/dev/ptmx'), undefined)
})

test('a real port of this machine has counters or reports none', async (t) => {
  const device = '/dev/ttyS0'
  if (!(await stat(device).catch(() => undefined))) return t.skip(`no ${device} here`)
  const counters = await driverCounters(device)
  if (counters) for (const count of Object.values(counters)) assert.ok(Number.isSafeInteger(count) && count >= 0)
})
