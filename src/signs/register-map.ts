/**
 * The registers of a Modbus client: one block for the server, one for each sign. A register is 16 bits, unsigned; the same is read as holding
 * and as input register. Documented in docs/signs.md, which a test compares with this file.
 */
import { signReasonCodes, signShows } from '@baykeeper/contract/vocabulary.ts'
import { countedOf, type ShownSign } from '../domain/sign-shown.ts'

/** Grows when a register changes its meaning. */
export const mapVersion = 1
/** Not known, or not a number. */
export const notKnown = 65_535
const most = notKnown - 1

export const serverRegisters = [
  'map version',
  'heartbeat',
  'age of processing',
  'signs',
  'not used',
  'not used',
  'not used',
  'not used',
] as const
export const signRegisters = [
  'show',
  'value',
  'reason',
  'age of processing',
  'coverage',
  'heartbeat',
  'free',
  'capacity',
] as const

/** Registers of one block. */
export const blockLength = 8
/** First registers that a sign may have. */
export const firstRegister = { min: 16, max: 65_536 - blockLength } as const

const bounded = (value: number | null | undefined) =>
  value === null || value === undefined ? notKnown : Math.max(0, Math.min(most, Math.floor(value)))
const seconds = (ms: number | undefined) => (ms === undefined ? notKnown : bounded(Math.abs(ms) / 1_000))

/** `heartbeat`: counts on while the server works; modulo 65536. */
export function serverBlock(processingMs: number | undefined, signs: number, heartbeat: number): readonly number[] {
  return [mapVersion, heartbeat & 0xffff, seconds(processingMs), bounded(signs), 0, 0, 0, 0]
}

/** Undefined: there is no such sign, which is blank. */
export function signBlock(sign: ShownSign | undefined, heartbeat: number): readonly number[] {
  if (!sign)
    return [
      ...[signShows.indexOf('blank'), notKnown, signReasonCodes.indexOf('no-sign'), notKnown, notKnown],
      ...[heartbeat & 0xffff, notKnown, notKnown],
    ]
  const { show, value, reason, ages, row } = sign
  const { free, coverage } = countedOf(sign)
  return [
    ...[signShows.indexOf(show), bounded(value), signReasonCodes.indexOf(reason), seconds(ages.processing)],
    ...[coverage === null ? notKnown : bounded(coverage * 100), heartbeat & 0xffff],
    ...[bounded(free), bounded(row.capacity)],
  ]
}

/** Signs by their first registers. */
export type RegisterMap = ReadonlyMap<number, string>

/** What stands at one register; undefined: nothing does. */
export function registerAt(
  address: number,
  map: RegisterMap,
  blocks: { readonly server: () => readonly number[]; readonly sign: (id: string) => readonly number[] },
): number | undefined {
  if (address < blockLength) return blocks.server()[address]
  for (let first = address; first > address - blockLength; first--) {
    const id = map.get(first)
    if (id !== undefined) return blocks.sign(id)[address - first]
  }
  return undefined
}
