/** Dingtek DO200: distance and magnetometer. Reports have 21 bytes; 17 bytes with byte 3 = 3 are its configuration. */
import type { PayloadDecoder } from '../payload.ts'

export const dingtekDo200: PayloadDecoder = {
  name: 'dingtek-do200',
  vendors: ['dingtek'],
  models: ['do200'],
  decode(bytes, fPort) {
    if (fPort !== 3) return undefined
    if (bytes.length === 17 && bytes[3] === 3) return { kind: 'heartbeat', measures: {} }
    if (bytes.length !== 21) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return {
      measures: {
        occupied: view.getUint8(7) >> 4 !== 0,
        distanceMm: view.getUint16(5),
        batteryV: view.getUint16(9) / 100,
        batteryLow: (view.getUint8(8) & 0x0f) !== 0,
      },
    }
  },
}
