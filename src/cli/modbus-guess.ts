/**
 * Whether the bytes of a port are the talk of a Modbus RTU line: questions of a master and answers of its units, each with a CRC that is right.
 * A line on which nothing is asked is silent, and cannot be guessed.
 */
import { crc16Modbus } from '../lib/crc.ts'

export interface ModbusGuess {
  readonly frames: number
  /** What was asked of each unit, in the order in which it was seen. */
  readonly asked: readonly {
    readonly unit: number
    readonly table: 'holding' | 'input'
    readonly from: number
    readonly count: number
  }[]
}

/** Two frames whose CRC is right by chance: once in four thousand million. */
const framesMin = 2
const tables: Readonly<Record<number, 'holding' | 'input'>> = { 3: 'holding', 4: 'input' }
const questionBytes = 8

export function guessModbus(bytes: Buffer): ModbusGuess | undefined {
  const asked = new Map<string, ModbusGuess['asked'][number]>()
  let frames = 0
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = frameAt(bytes, at)
    if (length === undefined) {
      at++
      continue
    }
    frames++
    const table = tables[bytes[at + 1] as number]
    if (length === questionBytes && table !== undefined) {
      const question = {
        unit: bytes[at] as number,
        table,
        from: bytes.readUInt16BE(at + 2),
        count: bytes.readUInt16BE(at + 4),
      }
      asked.set(JSON.stringify(question), question)
    }
    at += length
  }
  return frames >= framesMin ? { frames, asked: [...asked.values()] } : undefined
}

/** Length of the frame that begins here, of a question or an answer about registers; undefined where none does. */
function frameAt(bytes: Buffer, at: number): number | undefined {
  const [unit = 0, code = 0, third = 0] = bytes.subarray(at, at + 3)
  if (unit === 0 || unit > 247) return undefined
  const isRead = code === 3 || code === 4
  const isRefusal = code === 0x83 || code === 0x84
  const lengths = isRead ? [questionBytes, 5 + third] : isRefusal ? [5] : []
  return lengths.find((length) => {
    const body = bytes.subarray(at, at + length - 2)
    return at + length <= bytes.length && crc16Modbus(body) === bytes.readUInt16LE(at + length - 2)
  })
}

/** As they stand in baykeeper.yaml: which register is which field is not in the bytes. */
export const modbusLines = (path: string, baud: number, { asked }: ModbusGuess): string[] => [
  ...['serial:', `  - path: ${path}`, `    baud: ${baud}`, '    modbus:', '      units:'],
  ...(asked.length > 0 ? asked : [{ unit: 1, table: 'holding', from: 0, count: 1 }]).map(
    ({ unit, table, from, count }) =>
      `        - { unit: ${unit}, table: ${table}, from: ${from}, count: ${count}, readings: [{ device: unit-${unit}, field: occupied, at: 0 }] }`,
  ),
]
