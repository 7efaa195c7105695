/** Libelium Smart Parking v2: 11 bytes on any port. Low bits of byte 0 are the type of frame. */
import { bit, type PayloadDecoder } from '../payload.ts'

const frame = { info: 0, keepAlive: 1, start1: 4, start2: 5 } as const

export const libeliumSmartParking: PayloadDecoder = {
  name: 'libelium-smart-parking',
  vendors: ['libelium'],
  models: ['smartparking', 'smartparkingv2'],
  decode(bytes) {
    if (bytes.length !== 11) return undefined
    const [first = 0] = bytes
    const measures = { occupied: bit(first, 7), batteryLow: bit(first, 6) }
    switch (first & 0b111) {
      case frame.info:
        return { measures }
      case frame.keepAlive:
        return { kind: 'heartbeat', measures }
      case frame.start1:
      case frame.start2:
        return { kind: 'restart', measures }
      default:
        // Configuration and clock frames: only the flags hold.
        return { kind: 'heartbeat', measures: { batteryLow: measures.batteryLow } }
    }
  },
}
