/**
 * Dragino LLDS12 and LDS12-LB, LDS12-LS, laser distance sensors, port 2, 11 bytes: battery (14 bits, mV), temperature of a probe (tenths), distance in
 * mm, strength of the signal, flags, temperature of the lidar, kind of message (2: answer to a command).
 */
import type { Measures } from '../../../../domain/reading.ts'
import type { PayloadDecoder } from '../payload.ts'

/** Below it, or at the highest number, the lidar has seen nothing that it is sure of. */
const strengthMin = 100
const strengthNone = 0xffff
const distanceNone = 0xffff
const answersCommand = 2

export const draginoLds12: PayloadDecoder = {
  name: 'dragino-lds12',
  vendors: ['dragino'],
  models: ['llds12', 'lds12lb', 'lds12ls'],
  decode(bytes, fPort) {
    // Port 3 holds past values, port 5 the version.
    if (fPort === 3 || fPort === 5) return bytes.length > 0 ? { kind: 'heartbeat', measures: {} } : undefined
    if (fPort !== 2 || bytes.length !== 11) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const measures: Measures = { batteryV: (view.getUint16(0) & 0x3fff) / 1_000 }
    const [distanceMm, strength] = [view.getUint16(4), view.getUint16(6)]
    const isSeen = distanceMm > 0 && distanceMm < distanceNone && strength >= strengthMin && strength < strengthNone
    return isSeen && view.getUint8(10) !== answersCommand
      ? { measures: { ...measures, distanceMm } }
      : { kind: 'heartbeat', measures }
  },
}
