/** Nwave NPS405, surface and flush mount. A change contains how long the state before it had lasted. */
import type { Measures } from '../../../../domain/reading.ts'
import { bit, type PayloadDecoder, signed8, temperature } from '../payload.ts'

export const nwaveNps405: PayloadDecoder = {
  name: 'nwave-nps405',
  vendors: ['nwave'],
  models: ['nps405', 'nps405sm', 'nps405fm'],
  decode(bytes, fPort) {
    const [first = 0] = bytes
    switch (fPort) {
      case 1:
        return bytes.length === 1 ? { measures: change(first) } : undefined
      case 2:
        return bytes.length >= 3 ? { kind: 'heartbeat', measures: heartbeat(bytes) } : undefined
      case 3:
        return bytes.length === 5 ? { kind: 'restart', measures: { occupied: bit(bytes[4], 0) } } : undefined
      case 6:
        // Debug output.
        return { kind: 'heartbeat', measures: {} }
      case 10:
        // A tag was read. Without the occupied bit the sensor does not say whether the car is still there.
        return bytes.length >= 5 ? { measures: bit(first, 0) ? change(first) : { occupied: null } } : undefined
      default:
        return undefined
    }
  },
}

/** Code 0..89 counts minutes, 90..119 steps of 5, 120..126 hours; 127 is 660 minutes or more, so no duration. */
function change(byte: number): Measures {
  const code = byte >> 1
  const minutes = code < 90 ? code : code < 120 ? 90 + (code - 90) * 5 : 240 + (code - 120) * 60
  return { occupied: bit(byte, 0), ...(code < 127 ? { previousStateS: minutes * 60 } : {}) }
}

function heartbeat(bytes: Uint8Array): Measures {
  const [first = 0, battery = 0, warmth] = bytes
  const millivolts = 2_500 + 4 * battery
  const celsius = signed8(warmth) / 2 + 10
  // A cold battery shows less voltage: the vendor's limits differ below -5 degC.
  const low = millivolts < (celsius >= -5 ? 3_000 : 2_900)
  return { occupied: bit(first, 0), batteryV: millivolts / 1_000, batteryLow: low, ...temperature(celsius) }
}
