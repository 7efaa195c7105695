/** Every built-in payload decoder, and how one is chosen: by its own name, or by a hint that names the model. */
import { boschTps110 } from './bosch-tps110/decode.ts'
import { dingtekDo200 } from './dingtek-do200/decode.ts'
import { libeliumSmartParking } from './libelium-smart-parking/decode.ts'
import { netvoxR719a } from './netvox-r719a/decode.ts'
import { nwaveNcc405 } from './nwave-ncc405/decode.ts'
import { nwaveNps310 } from './nwave-nps310/decode.ts'
import { nwaveNps405 } from './nwave-nps405/decode.ts'
import type { PayloadDecoder } from './payload.ts'
import { tekzitelTekzipark } from './tekzitel-tekzipark/decode.ts'

export const payloadDecoders: readonly PayloadDecoder[] = [
  boschTps110,
  nwaveNps310,
  nwaveNps405,
  nwaveNcc405,
  tekzitelTekzipark,
  netvoxR719a,
  dingtekDo200,
  libeliumSmartParking,
]

/** A profile is called "Nwave NPS310SM EU868" or "bosch_tps110-0392": letters and digits decide. */
export function payloadDecoderFor(hints: readonly (string | undefined)[]): PayloadDecoder | undefined {
  for (const hint of hints) {
    const words = hint?.toLowerCase().replace(/[^a-z0-9]/g, '')
    const known = words && payloadDecoders.find(({ models }) => models.some((model) => words.includes(model)))
    if (known) return known
  }
  return undefined
}
