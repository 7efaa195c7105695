/**
 * Parametric PCR2 radar counter, extended payloads of version 3 and 4: counts of the period, cumulative counts (u16) left to right (in) and right to
 * left (out), solar charger, temperature. Its default payload holds counts of a period only, which are no cumulative counts: it is refused, so
 * that its frames wait until the payload type of the sensor is changed.
 */
import { type PayloadDecoder, temperature } from '../payload.ts'

/** By version: length, and where the temperature is. */
const extended: Readonly<Record<number, readonly [length: number, temperatureAt: number]>> = {
  3: [16, 14],
  4: [17, 15],
}

export const parametricPcr2: PayloadDecoder = {
  name: 'parametric-pcr2',
  vendors: ['parametric'],
  models: ['pcr2', 'pcr2od', 'pcr2ods', 'pcr2id', 'pcr2in', 'pcr2xio', 'pcr2r', 'pcr2t'],
  decode(bytes, fPort) {
    if (fPort === 190) return bytes.length >= 14 ? { kind: 'heartbeat', measures: {} } : undefined
    const [length, temperatureAt] = extended[bytes[2] ?? 0] ?? []
    if (fPort !== 14 || bytes[0] !== 0xbe || bytes[1] !== 1 || bytes.length !== length || temperatureAt === undefined)
      return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return {
      measures: {
        countIn: view.getUint16(7),
        countOut: view.getUint16(9),
        ...temperature(view.getInt16(temperatureAt) / 10),
      },
    }
  },
}
