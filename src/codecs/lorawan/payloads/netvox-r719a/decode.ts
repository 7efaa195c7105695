/** Netvox R719A. Byte 1 is the device type, 0x59; byte 2 = 0 is a version record that says nothing about the bay. */
import { bit, type PayloadDecoder } from '../payload.ts'

const deviceType = 0x59

export const netvoxR719a: PayloadDecoder = {
  name: 'netvox-r719a',
  models: ['r719a'],
  decode(bytes, fPort) {
    if (bytes[1] !== deviceType || bytes.length < 5) return undefined
    if (fPort === 7 || (fPort === 6 && bytes[2] === 0)) return { kind: 'heartbeat', measures: {} }
    if (fPort !== 6) return undefined
    const battery = bytes[3] as number
    const present = bytes[4]
    const occupied = present === 1 ? true : present === 0 ? false : null
    return { measures: { occupied, batteryLow: bit(battery, 7), batteryV: (battery & 0x7f) / 10 } }
  },
}
