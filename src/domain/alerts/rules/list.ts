/** The built-in rules. A new one is a file beside this one, a line here, and its cases (../cases/). */
import type { RuleDeclaration } from '../declaration.ts'
import { battery } from './battery.ts'
import { clockSkew } from './clock-skew.ts'
import { countMismatch, countUncertain } from './count-mismatch.ts'
import { databaseOutage } from './database-outage.ts'
import { deadLetters } from './dead-letters.ts'
import { disk } from './disk.ts'
import { disputed } from './disputed.ts'
import { flapping } from './flapping.ts'
import { forecastOutOfBand } from './forecast-out-of-band.ts'
import { gatewayOffline } from './gateway-offline.ts'
import { ledger } from './ledger.ts'
import { loss } from './loss.ts'
import { overstay } from './overstay.ts'
import { silent } from './silent.ts'
import { siteFull } from './site-full.ts'
import { siteNearlyFull } from './site-nearly-full.ts'
import { sourceDown } from './source-down.ts'
import { stuck } from './stuck.ts'

export const builtInRules: readonly RuleDeclaration[] = [
  ...[overstay, silent, stuck, flapping, disputed, battery, gatewayOffline, countMismatch, countUncertain, clockSkew],
  ...[siteFull, siteNearlyFull, forecastOutOfBand, sourceDown, databaseOutage, deadLetters, loss, ledger, disk],
]
