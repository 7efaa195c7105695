/**
 * Dingtek DC520 people counter, two directions: balance, in and out (u16), alarms, voltage (whole volts), error code, frame counter; 19 bytes, type 0x52.
 */
import type { PayloadDecoder } from '../payload.ts'

/** A voltage above it is in another unit than the vendor's own formatter reads. */
const voltsMax = 48

export const dingtekDc520: PayloadDecoder = {
  name: 'dingtek-dc520',
  vendors: ['dingtek'],
  models: ['dc520'],
  decode(bytes, fPort) {
    if (fPort !== 3 || bytes[0] !== 0x80 || bytes[2] !== 0x52 || bytes[bytes.length - 1] !== 0x81) return undefined
    if (bytes[3] === 3) return { kind: 'heartbeat', measures: {} }
    if (bytes.length !== 19 || bytes[4] !== bytes.length) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const volts = view.getUint16(13)
    const battery = volts <= voltsMax ? { batteryV: volts } : {}
    return { measures: { countIn: view.getUint16(7), countOut: view.getUint16(9), ...battery } }
  },
}
