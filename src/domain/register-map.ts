/** The map of the registers of a Modbus device: which value of which device stands where. */
import * as z from 'zod'
import { measures } from './measures.ts'

const measuredField = z.enum(['occupied', ...measures.map(({ name }) => name)])

/** One value of a device among the registers that were read. */
export const registerReading = z.strictObject({
  device: z.string().min(1).max(128).describe('the device whose value it is'),
  field: measuredField.describe('the field of a reading, like occupied or distance_mm'),
  at: z.int().min(0).max(65_535).describe('number of the register or coil, from 0'),
  type: z
    .enum(['u16', 'i16', 'u32', 'u32-le', 'i32', 'i32-le', 'float', 'float-le'])
    .default('u16')
    .describe('-le: the low register first'),
  bit: z.int().min(0).max(15).optional().describe('one bit of the register'),
  scale: z.number().default(1).describe('what one unit of the register is in the unit of the field'),
  unknown: z.int().optional().describe('the value that means "not measured"'),
})
export type RegisterReading = z.output<typeof registerReading>

export const registerTables = { coils: 1, discrete: 2, holding: 3, input: 4 } as const
export type RegisterTable = keyof typeof registerTables

/** Number of registers that a value takes. */
export const registersOf = ({ type }: Pick<RegisterReading, 'type'>): 1 | 2 =>
  type === 'u16' || type === 'i16' ? 1 : 2

/** What is asked of a unit at once. The protocol answers at most 125 registers or 2,000 coils. */
const askedShape = {
  table: z.enum(Object.keys(registerTables) as [RegisterTable, ...RegisterTable[]]),
  from: z.int().min(0).max(65_535).describe('number of the first register or coil, from 0'),
  count: z.int().min(1).max(2_000).describe('how many are read at once'),
  readings: z.array(registerReading).min(1).max(200),
}
export const askedRegisters = z.strictObject(askedShape)
export type AskedRegisters = z.output<typeof askedRegisters>

const registersMax = 125

/** What is right alone and wrong together, with the index of the reading. */
export function registerFaults({ table, from, count, readings }: AskedRegisters): readonly {
  readonly at: readonly (string | number)[]
  readonly message: string
}[] {
  const isBits = table === 'coils' || table === 'discrete'
  const faults = readings.flatMap((reading, i) => {
    const last = reading.at + (isBits ? 1 : registersOf(reading)) - 1
    const where = ['readings', i]
    if (reading.at < from || last >= from + count)
      return [{ at: [...where, 'at'], message: `lies outside of what is read, ${from} to ${from + count - 1}` }]
    if (isBits && (reading.bit !== undefined || reading.type !== 'u16'))
      return [{ at: where, message: `a value of ${table} is one bit: leave out its bit and type` }]
    return []
  })
  const tooMany = !isBits && count > registersMax
  return tooMany
    ? [...faults, { at: ['count'], message: `at most ${registersMax} registers are read at once` }]
    : faults
}
