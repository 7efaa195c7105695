/** Every built-in payload decoder. */
import { boschTps110 } from './bosch-tps110/decode.ts'
import { decentlabDlLid } from './decentlab-dl-lid/decode.ts'
import { decentlabDlMbx } from './decentlab-dl-mbx/decode.ts'
import { dingtekDc500 } from './dingtek-dc500/decode.ts'
import { dingtekDc520 } from './dingtek-dc520/decode.ts'
import { dingtekDo200 } from './dingtek-do200/decode.ts'
import { dingtekDo201 } from './dingtek-do201/decode.ts'
import { draginoLdds75 } from './dragino-ldds75/decode.ts'
import { draginoLds12 } from './dragino-lds12/decode.ts'
import { elsysElt } from './elsys-elt/decode.ts'
import { imbuildingsCounter } from './imbuildings-counter/decode.ts'
import { libeliumSmartParking } from './libelium-smart-parking/decode.ts'
import { milesightEm310Udl } from './milesight-em310-udl/decode.ts'
import { milesightEm400 } from './milesight-em400/decode.ts'
import { milesightVs133 } from './milesight-vs133/decode.ts'
import { milesightVs350 } from './milesight-vs350/decode.ts'
import { netvoxR719a } from './netvox-r719a/decode.ts'
import { nwaveNcc405 } from './nwave-ncc405/decode.ts'
import { nwaveNps310 } from './nwave-nps310/decode.ts'
import { nwaveNps405 } from './nwave-nps405/decode.ts'
import { parametricPcr2 } from './parametric-pcr2/decode.ts'
import type { PayloadDecoder } from './payload.ts'
import { pepperlFuchsWilsen } from './pepperl-fuchs-wilsen/decode.ts'
import { tekzitelTekzipark } from './tekzitel-tekzipark/decode.ts'
import { terabeePeopleFlow } from './terabee-people-flow/decode.ts'

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
  decentlabDlLid,
  decentlabDlMbx,
  dingtekDc500,
  dingtekDc520,
  draginoLdds75,
  draginoLds12,
  elsysElt,
  imbuildingsCounter,
  milesightEm310Udl,
  milesightEm400,
  milesightVs133,
  milesightVs350,
  parametricPcr2,
  pepperlFuchsWilsen,
  terabeePeopleFlow,
]
