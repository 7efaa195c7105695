import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findDevice, parseUsbId } from './find-device.ts'

test('a USB port is found by its ids in /sys, and by its serial when several are alike', async (t) => {
  if (process.platform !== 'linux') return t.skip('/sys is of Linux')
  const root = await mkdtemp(join(tmpdir(), 'sys-'))
  t.after(() => rm(root, { recursive: true }))
  async function plug(name: string, vendor: string, product: string, serial?: string) {
    const usb = join(root, 'sys/devices/usb1', `1-${name}`)
    const tty = join(usb, 'interface', name)
    await mkdir(tty, { recursive: true })
    await writeFile(join(usb, 'idVendor'), `${vendor}\n`)
    await writeFile(join(usb, 'idProduct'), `${product}\n`)
    if (serial) await writeFile(join(usb, 'serial'), `${serial}\n`)
    await mkdir(join(root, 'sys/class/tty', name), { recursive: true })
    await symlink(tty, join(root, 'sys/class/tty', name, 'device'))
  }
  await plug('ttyUSB0', '0403', '6001', 'AB1')
  await plug('ttyUSB1', '0403', '6001', 'AB2')
  await plug('ttyACM0', '2341', '0043')
  await mkdir(join(root, 'sys/class/tty/tty1'))
  assert.equal(await findDevice('usb:0403:6001', root), join(root, 'dev/ttyUSB0'))
  assert.equal(await findDevice('usb:0403:6001:AB2', root), join(root, 'dev/ttyUSB1'))
  assert.equal(await findDevice('usb:2341:0043', root), join(root, 'dev/ttyACM0'))
  assert.equal(await findDevice('usb:2341:0043:X', root), undefined)
  assert.equal(await findDevice('usb:dead:beef', root), undefined)
  assert.equal(await findDevice('usb:dead:beef', join(root, 'nothing')), undefined)
})

test('a path is itself while it is there', async () => {
  assert.equal(await findDevice('/dev/null'), '/dev/null')
  assert.equal(await findDevice('/dev/serial/by-id/usb-none'), undefined)
})

test('an invalid id is an error that shows how to write one', () => {
  for (const text of ['usb:', 'usb:0403', 'usb:403:6001', 'usb:0403:6001:'])
    assert.throws(() => parseUsbId(text), /usb:0403:6001/)
  assert.deepEqual(parseUsbId('usb:0403:6001:A:1'), { vendor: '0403', product: '6001', serial: 'A:1' })
  assert.equal(parseUsbId('/dev/ttyUSB0'), undefined)
})
