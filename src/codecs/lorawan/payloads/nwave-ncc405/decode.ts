/** Nwave NCC405 vehicle counter: a cumulative count of 16 bits that wraps, and restarts with a start-up frame. */
import type { PayloadDecoder } from '../payload.ts'

export const nwaveNcc405: PayloadDecoder = {
  name: 'nwave-ncc405',
  vendors: ['nwave'],
  models: ['ncc405', 'ncc405sm', 'ncc405fm'],
  decode(bytes, fPort) {
    const [high = 0, low = 0] = bytes
    switch (fPort) {
      case 1:
        return bytes.length === 2 ? { measures: { countIn: high * 256 + low } } : undefined
      case 2:
        return bytes.length >= 2 ? { kind: 'heartbeat', measures: { batteryV: (2_500 + 4 * low) / 1_000 } } : undefined
      case 3:
        return bytes.length === 4 ? { kind: 'restart', measures: {} } : undefined
      case 6:
        // Debug output.
        return { kind: 'heartbeat', measures: {} }
      default:
        return undefined
    }
  },
}
