/**
 * Finds the device file of a port. A path is taken as it is (best a stable one below /dev/serial/by-id). `usb:VENDOR:PRODUCT[:SERIAL]`
 * (hexadecimal ids, as lsusb shows them) is looked up: on Linux in /sys, which needs no other program, elsewhere by serialport.
 */
import { access, readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SerialPort } from 'serialport'

export interface UsbId {
  readonly vendor: string
  readonly product: string
  readonly serial: string | undefined
}

/** Undefined when it is a path. Throws when it begins like an id and is none. */
export function parseUsbId(text: string): UsbId | undefined {
  if (!text.startsWith('usb:')) return undefined
  const [, vendor, product, serial] = /^usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i.exec(text) ?? []
  if (!vendor || !product)
    throw new Error(
      `"${text}" names no USB device; write usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL, e.g. usb:0403:6001`,
    )
  return { vendor: vendor.toLowerCase(), product: product.toLowerCase(), serial }
}

/** Path of the device file, or undefined while the device is not there. */
export async function findDevice(wanted: string, root = '/'): Promise<string | undefined> {
  const id = parseUsbId(wanted)
  if (!id) return (await exists(wanted)) ? wanted : undefined
  if (process.platform === 'linux') return findInSys(id, root)
  const port = (await SerialPort.list()).find(
    ({ vendorId, productId, serialNumber }) =>
      vendorId?.toLowerCase() === id.vendor &&
      productId?.toLowerCase() === id.product &&
      (id.serial === undefined || serialNumber === id.serial),
  )
  return port?.path
}

async function findInSys(id: UsbId, root: string): Promise<string | undefined> {
  const ttys = join(root, 'sys/class/tty')
  // A system without this folder has no serial devices of its kind.
  const names = (await readdir(ttys).catch(() => [])).filter((name) => /^tty(USB|ACM)/.test(name))
  for (const name of names.sort()) {
    const found = await usbIdOf(join(ttys, name, 'device'))
    const same = found?.vendor === id.vendor && found.product === id.product
    if (same && (id.serial === undefined || found.serial === id.serial)) return join(root, 'dev', name)
  }
  return undefined
}

/** The USB device is a few directories above the interface that the terminal belongs to. */
const levelsMax = 6

async function usbIdOf(device: string): Promise<UsbId | undefined> {
  // A device without a folder is no USB device.
  let dir = await realpath(device).catch(() => undefined)
  for (let level = 0; dir && level < levelsMax; level++, dir = dirname(dir)) {
    const vendor = await read(join(dir, 'idVendor'))
    const product = await read(join(dir, 'idProduct'))
    if (vendor && product) return { vendor, product, serial: await read(join(dir, 'serial')) }
  }
  return undefined
}

/** An id that cannot be read is not known. */
const read = async (path: string) => (await readFile(path, 'utf8').catch(() => undefined))?.trim()
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
