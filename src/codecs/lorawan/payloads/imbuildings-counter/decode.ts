/**
 * IMBUILDINGS people counter, LoRaWAN payloads of type 2: variants 6 and 7 hold cumulative counts (u16), A in and B out. Variant 5 holds counts
 * of a period only, which are no cumulative counts: it is refused. On port 26 the head (type, variant, device id) is left out.
 */
import type { Measures } from '../../../../domain/reading.ts'
import type { PayloadDecoder } from '../payload.ts'

const headBytes = 10
/** Bytes behind the head, by variant, and where the counts are. */
const variants: Readonly<Record<number, readonly [length: number, countsAt: number]>> = { 6: [13, 8], 7: [8, 4] }
const withoutHead: Readonly<Record<number, number>> = { 26: 6 }

export const imbuildingsCounter: PayloadDecoder = {
  name: 'imbuildings-counter',
  vendors: ['imbuildings'],
  models: ['peoplecounter', 'imbuildingspeoplecounter', 'officeoccupancycounter', 'imbuildingsofficeoccupancycounter'],
  decode(bytes, fPort) {
    const implied = withoutHead[fPort ?? 0]
    if (implied === undefined && bytes[0] !== 2) return undefined
    const variant = implied ?? bytes[1] ?? 0
    const body = implied === undefined ? bytes.subarray(headBytes) : bytes
    const [length, countsAt] = variants[variant] ?? []
    if (length === undefined || countsAt === undefined || body.length !== length) return undefined
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
    const measures: Measures = {
      countIn: view.getUint16(countsAt),
      countOut: view.getUint16(countsAt + 2),
      batteryV: view.getUint16(1) / 100,
    }
    return { measures }
  },
}
