/**
 * Elsys ELT and its relatives: type and value, one behind the other, big-endian. Distance (0E, mm) and temperature, humidity and battery (VDD) are read;
 * what parking has no measure for is passed over by its length. Pulse counters are of what is wired to them: the absolute one (0B) is a count.
 */
import { isInRange, measureOf } from '../../../../domain/measures.ts'
import type { Measures } from '../../../../domain/reading.ts'
import { type PayloadDecoder, temperature } from '../payload.ts'

/** Bytes of the value of each type. */
const widths: Readonly<Record<number, number>> = {
  ...{ 1: 2, 2: 1, 3: 3, 4: 2, 5: 1, 6: 2, 7: 2, 8: 2, 9: 6, 10: 2, 11: 4, 12: 2 },
  ...{ 13: 1, 14: 2, 15: 1, 16: 4, 17: 1, 18: 1, 19: 65, 20: 4, 21: 2, 22: 2, 23: 4, 24: 2 },
  ...{ 25: 2, 26: 1, 27: 4, 28: 2, 61: 4 },
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export const elsysElt: PayloadDecoder = {
  name: 'elsys-elt',
  vendors: ['elsys'],
  models: ['elt', 'eltlite', 'elt2', 'elt2hp', 'elt2i', 'eltultrasonic', 'eltultrasonichp'],
  decode(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const measures: Writable<Measures> = {}
    for (let at = 0; at < bytes.length; ) {
      const type = view.getUint8(at)
      const width = widths[type]
      if (width === undefined || at + 1 + width > bytes.length) return undefined
      take(measures, type, view, at + 1)
      at += 1 + width
    }
    if (bytes.length === 0) return undefined
    const isMeasured = measures.distanceMm !== undefined || measures.countIn !== undefined
    return isMeasured ? { measures } : { kind: 'heartbeat', measures }
  },
}

function take(measures: Writable<Measures>, type: number, view: DataView, at: number): void {
  if (type === 0x01) Object.assign(measures, temperature(view.getInt16(at) / 10))
  else if (type === 0x02) {
    const humidity = view.getUint8(at)
    if (isInRange(measureOf('humidityPct'), humidity)) measures.humidityPct = humidity
  } else if (type === 0x07) measures.batteryV = view.getUint16(at) / 1_000
  else if (type === 0x0b) measures.countIn = view.getUint32(at)
  else if (type === 0x0e) measures.distanceMm = view.getUint16(at)
}
