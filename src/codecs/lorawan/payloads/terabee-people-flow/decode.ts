/** Terabee People Flow Counting L-XL: port 1 cumulative counts in and out (u32) and flags; the other ports answer commands. */
import { bit, type PayloadDecoder } from '../payload.ts'

export const terabeePeopleFlow: PayloadDecoder = {
  name: 'terabee-people-flow',
  vendors: ['terabee'],
  models: ['peopleflowcountinglxl', 'peoplecountinglxl', 'peopleflowcountingl', 'peopleflowcountingxl'],
  decode(bytes, fPort) {
    if (fPort === undefined || bytes.length === 0) return undefined
    if (fPort !== 1)
      return fPort <= 7 || (fPort >= 100 && fPort <= 102) ? { kind: 'heartbeat', measures: {} } : undefined
    if (bytes.length !== 9) return undefined
    // Flags 0 and 1: counting has stopped, or hangs. What it shows then is no count.
    if (bit(bytes[8], 0) || bit(bytes[8], 1)) return { kind: 'heartbeat', measures: {} }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return { measures: { countIn: view.getUint32(0), countOut: view.getUint32(4) } }
  },
}
