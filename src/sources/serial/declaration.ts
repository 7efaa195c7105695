import * as z from 'zod'
import { linePattern } from '../../domain/line-pattern.ts'
import { askedRegisters, registerFaults } from '../../domain/register-map.ts'
import { repeated } from '../../lib/repeated.ts'
import { serialChecks, serialFramings } from '../../lib/serial-framing.ts'
import { declareSource, type SettingsFault } from '../declaration.ts'
import { checkedText, sourceName, timePolicy, trust } from '../settings.ts'

const patternFault = (text: string) => {
  const pattern = linePattern(text)
  return pattern.ok ? undefined : pattern.error
}

const modbus = z.strictObject({
  everyS: z.number().min(0.1).max(86_400).default(10).describe('seconds between two rounds of all units'),
  timeoutMs: z.int().min(20).max(60_000).default(500).describe('how long a unit may take to answer'),
  units: z
    .array(askedRegisters.extend({ unit: z.int().min(1).max(247).describe('address of the device on the line') }))
    .min(1)
    .max(64),
})

const serialPort = z.strictObject({
  path: z.string().min(1).describe('device path, best /dev/serial/by-id/..., or usb:VENDOR:PRODUCT[:SERIAL]'),
  name: sourceName.describe(
    'name of the source, part of every reading’s identity; default "serial", with several ports serial-1, serial-2, ...',
  ),
  baud: z.int().min(50).max(4_000_000).default(115_200),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  parity: z
    .enum(['none', 'even', 'odd'])
    .default('none')
    .describe('the standard of Modbus RTU asks for even, and none with two stop bits'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  checksum: z
    .enum(['optional', 'required', 'crc32'])
    .default('optional')
    .describe(
      'required: a line without a CRC-16 at its end (`*29B1`) is kept aside; crc32: the same with a CRC-32 of eight digits; optional: a CRC-16 is checked where there is one',
    ),
  framing: z
    .enum(['lines', ...serialFramings])
    .default('lines')
    .describe('how messages are separated; lines: LF or CRLF, cr: CR alone; length8, length16: the length goes first'),
  check: z
    .enum(serialChecks)
    .default('none')
    .describe('CRC behind a message of cobs, slip or a length; -le and modbus: the low byte first'),
  columns: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe('names of the columns of CSV rows, separated by commas, where the port sends no row that names them'),
  device: z.string().min(1).max(128).optional().describe('the device, where its messages name none'),
  patterns: z
    .array(checkedText(patternFault))
    .min(1)
    .max(20)
    .optional()
    .describe('forms of lines of prose, like "Slot {device}: {occupied}"'),
  modbus: modbus.optional().describe('the port is a Modbus RTU line, and these units are polled on it'),
  time: timePolicy,
})

/** What is right alone and wrong together. */
function togetherFaults(
  { framing, check, checksum, patterns, columns, modbus }: SerialPort,
  i: number,
): SettingsFault[] {
  const at = (...rest: (string | number)[]) => ['serial', i, ...rest]
  const isText = framing === 'lines' || framing === 'cr'
  const faults: SettingsFault[] = []
  if (isText && check !== 'none')
    faults.push({
      at: at('check'),
      message: `framing ${framing} has its check in the line: set checksum to required or crc32`,
    })
  if (!isText && checksum !== 'optional')
    faults.push({ at: at('checksum'), message: `is for lines: set check for framing ${framing}` })
  if (patterns && columns !== undefined)
    faults.push({ at: at('columns'), message: 'is for CSV rows, and this port has patterns: leave one of them out' })
  if (modbus && (framing !== 'lines' || patterns || columns !== undefined))
    faults.push({
      at: at('modbus'),
      message: 'frames its messages without the help of framing, patterns and columns: leave them out',
    })
  const registers = modbus?.units.flatMap((unit, u) =>
    registerFaults(unit).map((fault) => ({ at: at('modbus', 'units', u, ...fault.at), message: fault.message })),
  )
  return [...faults, ...(registers ?? [])]
}

type SerialPort = z.output<typeof serialPort>

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
  faults: (ports) => [
    ...repeated(
      ports.map(({ path }, i) => ({ path, i })),
      ({ path }) => path,
    ).map(({ one, first }) => ({
      at: ['serial', one.i, 'path'],
      message: `this is the path of serial port ${first.i + 1} already`,
    })),
    ...ports.flatMap(togetherFaults),
  ],
  async preflight(ports) {
    const { portFindings } = await import('./preflight.ts')
    return (await Promise.all(ports.map(({ path }) => portFindings(path)))).flat()
  },
  lines: paths,
  devices: paths,
  async create(ports, index, { name }) {
    const { time, modbus, dataBits, parity, stopBits, ...settings } = ports[index] as SerialPort
    const line = { dataBits, parity, stopBits }
    if (modbus) {
      const { modbusSource } = await import('./modbus-source.ts')
      return modbusSource({ path: settings.path, baud: settings.baud, line, name, ...modbus, ...trust(time) })
    }
    const { serialSource } = await import('./serial-source.ts')
    return serialSource({ ...settings, line, name, ...trust(time) })
  },
})
