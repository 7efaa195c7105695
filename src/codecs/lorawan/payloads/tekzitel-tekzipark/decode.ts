/** Tekzitel Tekzipark: radar and magnetometer. Bits of byte 0: 7 occupied, 5 battery good, 1 reset, 0 keep-alive. */
import { bit, type PayloadDecoder, signed8, temperature } from '../payload.ts'

export const tekzitelTekzipark: PayloadDecoder = {
  name: 'tekzitel-tekzipark',
  vendors: ['tekzitel'],
  models: ['tekzipark'],
  decode(bytes, fPort) {
    if ((fPort !== 1 && fPort !== 2) || bytes.length < 3) return undefined
    const [flags] = bytes
    const measures = {
      occupied: bit(flags, 7),
      batteryLow: !bit(flags, 5),
      ...temperature(signed8(bytes[1])),
    }
    if (bit(flags, 1)) return { kind: 'restart', measures }
    return bit(flags, 0) ? { kind: 'heartbeat', measures } : { measures }
  },
}
