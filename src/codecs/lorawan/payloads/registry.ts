/** Every built-in payload decoder. */
import { boschTps110 } from './bosch-tps110/decode.ts'
import { dingtekDo200 } from './dingtek-do200/decode.ts'
import { dingtekDo201 } from './dingtek-do201/decode.ts'
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
  dingtekDo201,
  libeliumSmartParking,
]
