/** Bosch TPS110 parking lot sensor, firmware 0.29 and 0.39. */
import { bit, type PayloadDecoder, signed8, temperature } from '../payload.ts'

export const boschTps110: PayloadDecoder = {
  name: 'bosch-tps110',
  vendors: ['bosch'],
  models: ['tps110', 'tps1100292', 'tps1100392'],
  decode(bytes, fPort) {
    switch (fPort) {
      case 1:
        return bytes.length === 1 ? { measures: { occupied: bit(bytes[0], 0) } } : undefined
      case 2: {
        if (bytes.length !== 1 && bytes.length !== 2) return undefined
        const warm = bytes.length === 2 ? temperature(signed8(bytes[1])) : {}
        return { kind: 'heartbeat', measures: { occupied: bit(bytes[0], 0), ...warm } }
      }
      case 3:
        // Both firmwares put different things before it, and the state into byte 16.
        return bytes.length === 17 ? { kind: 'restart', measures: { occupied: bit(bytes[16], 0) } } : undefined
      case 4:
      case 5:
      case 6:
        // Device information, usage and debug answers say nothing about the bay.
        return { kind: 'heartbeat', measures: {} }
      default:
        return undefined
    }
  },
}
