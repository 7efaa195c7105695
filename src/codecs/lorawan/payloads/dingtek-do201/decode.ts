/**
 * Dingtek DO201 (byte 2 = 0x31) and DO202 (0x32, without a distance): the layout of DO200 with temperature and humidity before the frame
 * counter. Reports have 23 bytes; 16 bytes with byte 3 = 3 are its configuration.
 */
import { isInRange, measureOf } from '../../../../domain/measures.ts'
import type { Measures } from '../../../../domain/reading.ts'
import { type PayloadDecoder, signed8, temperature } from '../payload.ts'

const withDistance = 0x31
const withoutDistance = 0x32

export const dingtekDo201: PayloadDecoder = {
  name: 'dingtek-do201',
  vendors: ['dingtek'],
  models: ['do201', 'do202'],
  decode(bytes, fPort) {
    const type = bytes[2]
    if (fPort !== 3 || (type !== withDistance && type !== withoutDistance)) return undefined
    if (bytes.length === 16 && bytes[3] === 3) return { kind: 'heartbeat', measures: {} }
    if (bytes.length !== 23) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return {
      measures: {
        occupied: view.getUint8(7) >> 4 !== 0,
        ...(type === withDistance ? { distanceMm: view.getUint16(5) } : {}),
        batteryV: view.getUint16(9) / 100,
        batteryLow: (view.getUint8(8) & 0x0f) !== 0,
        ...air(signed8(bytes[17]), view.getUint8(18)),
      },
    }
  },
}

/** One part measures both: where the temperature is none (it is not fitted, or broken), the humidity is none either. */
function air(celsius: number, humidityPct: number): Measures {
  const warm = temperature(celsius)
  const isFitted = warm.temperatureC !== undefined && isInRange(measureOf('humidityPct'), humidityPct)
  return isFitted ? { ...warm, humidityPct } : warm
}
