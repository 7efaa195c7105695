import * as z from 'zod'
import { repeated } from '../../lib/repeated.ts'
import { declareSource } from '../declaration.ts'
import { sourceName, timePolicy, trust } from '../settings.ts'

const serialPort = z.strictObject({
  path: z.string().min(1).describe('device path, best /dev/serial/by-id/..., or usb:VENDOR:PRODUCT[:SERIAL]'),
  name: sourceName.describe(
    'name of the source, part of every reading’s identity; default "serial", with several ports serial-1, serial-2, ...',
  ),
  baud: z.int().min(50).max(4_000_000).default(115_200),
  checksum: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe(
      'required: a line without a CRC-16 at its end (`*29B1`) is kept aside; optional: it is checked where there is one',
    ),
  time: timePolicy,
})

const paths = (ports: readonly { path: string }[]) => ports.map(({ path }) => path)

export const serial = declareSource({
  key: 'serial',
  kind: 'serial',
  settings: z.array(serialPort).default([]),
  option: {
    flag: '--serial',
    placeholder: 'path',
    about: 'serial port, several separated by commas',
    read: (text) => text.split(',').map((device) => ({ path: device.trim() })),
  },
  resends: false,
  reserved: ['serial'],
  bannerName: 'Serial',
  promise: {
    source: 'serial',
    acknowledged: '-',
    refusing: 'kept, up to 32 MiB, then the port is not read',
    counted:
      'nothing while kept; once, if the server stops before it is taken. Time in which the port is not read is a loss of unknown size',
  },
  named: (ports) =>
    ports.map(({ name }, i) => ({
      name: name ?? (ports.length === 1 ? 'serial' : `serial-${i + 1}`),
      at: ['serial', i, 'name'],
      what: `serial port ${i + 1}`,
    })),
  faults: (ports) =>
    repeated(
      ports.map(({ path }, i) => ({ path, i })),
      ({ path }) => path,
    ).map(({ one, first }) => ({
      at: ['serial', one.i, 'path'],
      message: `this is the path of serial port ${first.i + 1} already`,
    })),
  async preflight(ports) {
    const { portFindings } = await import('./preflight.ts')
    return (await Promise.all(ports.map(({ path }) => portFindings(path)))).flat()
  },
  lines: paths,
  devices: paths,
  async create(ports, index, { name }) {
    const { path, baud, checksum, time } = ports[index] as (typeof ports)[number]
    const { serialSource } = await import('./serial-source.ts')
    return serialSource({ path, baud, checksum, name, ...trust(time) })
  },
})
