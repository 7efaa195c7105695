/** Decentlab DL-MBX ultrasonic distance sensor: distance in mm with the number of valid samples, battery. Without a valid sample nothing was measured. */
import { wordsOf } from '../decentlab-words.ts'
import type { PayloadDecoder } from '../payload.ts'

export const decentlabDlMbx: PayloadDecoder = {
  name: 'decentlab-dl-mbx',
  vendors: ['decentlab'],
  models: ['dlmbx', 'dlmbx001', 'dlmbx002', 'dlmbx003'],
  decode(bytes) {
    const words = wordsOf(bytes, [2, 1])
    if (!words) return undefined
    const mm = words.word(0, 0)
    const millivolts = words.word(1, 0)
    const battery = millivolts === undefined ? {} : { batteryV: millivolts / 1_000 }
    return mm !== undefined && (words.word(0, 1) ?? 0) > 0
      ? { measures: { distanceMm: mm, ...battery } }
      : { kind: 'heartbeat', measures: battery }
  },
}
