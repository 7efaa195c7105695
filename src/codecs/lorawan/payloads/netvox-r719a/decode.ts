/**
 * Netvox R719A and R719B, one layout. Byte 1 is the device type, 0x59 or 0xaf; byte 2 = 0 is a version record without the state
 * of the bay.
 */
import { bit, type PayloadDecoder } from '../payload.ts'

const deviceTypes: ReadonlySet<number | undefined> = new Set([0x59, 0xaf])

export const netvoxR719a: PayloadDecoder = {
  name: 'netvox-r719a',
  vendors: ['netvox'],
  models: ['r719a', 'r719b'],
  decode(bytes, fPort) {
    if (!deviceTypes.has(bytes[1]) || bytes.length < 5) return undefined
    if (fPort === 7 || (fPort === 6 && bytes[2] === 0)) return { kind: 'heartbeat', measures: {} }
    if (fPort !== 6) return undefined
    const battery = bytes[3] as number
    const present = bytes[4]
    const occupied = present === 1 ? true : present === 0 ? false : null
    return { measures: { occupied, batteryLow: bit(battery, 7), batteryV: (battery & 0x7f) / 10 } }
  },
}
