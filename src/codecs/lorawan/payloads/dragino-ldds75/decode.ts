/**
 * Dragino ultrasonic distance sensors LDDS20, LDDS45, LDDS75 and DDS20, DDS45, DDS75 (-LB, -LS): battery (14 bits, mV), distance in mm, interrupt flag, later
 * firmware also a temperature probe and a flag of the sensor. Without its probe the sensor sends 4 bytes; below 20 mm it measured nothing.
 */
import type { Measures } from '../../../../domain/reading.ts'
import type { PayloadDecoder } from '../payload.ts'

const least = 20
const lengths = new Set([4, 5, 8])

export const draginoLdds75: PayloadDecoder = {
  name: 'dragino-ldds75',
  vendors: ['dragino'],
  models: ['ldds20', 'ldds45', 'ldds75', 'dds20lb', 'dds45lb', 'dds20ls', 'dds45ls', 'dds75lb', 'dds75ls'],
  decode(bytes, fPort) {
    // Port 3 holds past values, port 5 the version.
    if (fPort === 3 || fPort === 5) return bytes.length > 0 ? { kind: 'heartbeat', measures: {} } : undefined
    if (fPort !== 2 || !lengths.has(bytes.length)) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const measures: Measures = { batteryV: (view.getUint16(0) & 0x3fff) / 1_000 }
    // The flag of the sensor: 0 where the distance was not measured.
    const isMeasured = bytes.length > 4 && view.getUint16(2) >= least && (bytes.length < 8 || view.getUint8(7) !== 0)
    return isMeasured ? { measures: { ...measures, distanceMm: view.getUint16(2) } } : { kind: 'heartbeat', measures }
  },
}
