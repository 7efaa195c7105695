/** Decentlab DL-LID laser distance sensor: eleven figures of the distance, of which the median is read, and the battery. Without a sample nothing was measured. */
import { wordsOf } from '../decentlab-words.ts'
import type { PayloadDecoder } from '../payload.ts'

const medianAt = 3
const samplesAt = 9

export const decentlabDlLid: PayloadDecoder = {
  name: 'decentlab-dl-lid',
  vendors: ['decentlab'],
  models: ['dllid'],
  decode(bytes) {
    const words = wordsOf(bytes, [11, 1])
    if (!words) return undefined
    const mm = words.word(0, medianAt)
    const millivolts = words.word(1, 0)
    const battery = millivolts === undefined ? {} : { batteryV: millivolts / 1_000 }
    return mm !== undefined && (words.word(0, samplesAt) ?? 0) > 0
      ? { measures: { distanceMm: mm, ...battery } }
      : { kind: 'heartbeat', measures: battery }
  },
}
