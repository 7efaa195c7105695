/** Nwave NPS310 surface-mount parking sensor. */
import { bit, type PayloadDecoder } from '../payload.ts'

export const nwaveNps310: PayloadDecoder = {
  name: 'nwave-nps310',
  vendors: ['nwave'],
  models: ['nps310', 'nps310sm'],
  decode(bytes, fPort) {
    switch (fPort) {
      case 1:
        return bytes.length === 1 ? { measures: { occupied: bit(bytes[0], 0) } } : undefined
      case 2:
        return bytes.length >= 1 ? { kind: 'heartbeat', measures: { occupied: bit(bytes[0], 0) } } : undefined
      case 3:
        return bytes.length === 5 ? { kind: 'restart', measures: { occupied: bit(bytes[4], 0) } } : undefined
      case 6:
        // Debug output.
        return { kind: 'heartbeat', measures: {} }
      default:
        return undefined
    }
  },
}
