/** Dingtek DC500 and DC510 people counters, one direction: a cumulative count (u16) that wraps. 12 bytes with byte 3 = 3 are the configuration. */
import type { PayloadDecoder } from '../payload.ts'

export const dingtekDc500: PayloadDecoder = {
  name: 'dingtek-dc500',
  vendors: ['dingtek'],
  models: ['dc500', 'dc510'],
  decode(bytes, fPort) {
    if (fPort !== 3 || bytes[0] !== 0x80 || bytes[bytes.length - 1] !== 0x81) return undefined
    if (bytes.length === 12 && bytes[3] === 3) return { kind: 'heartbeat', measures: {} }
    if (bytes.length !== 21) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return {
      measures: {
        countIn: view.getUint16(5),
        batteryV: view.getUint16(9) / 100,
        batteryLow: (view.getUint8(7) & 0x0f) !== 0,
      },
    }
  },
}
