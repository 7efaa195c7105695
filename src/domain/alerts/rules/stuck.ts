/** A bay has not changed for 20 hours or more, and for so long that its own pattern makes it unlikely (p below 0.000001). */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'
import { bayFlag } from './bay-flag.ts'

export const stuck: RuleDeclaration = {
  kind: 'stuck',
  about:
    'A bay has not changed for 20 hours or more, and for so long that its own pattern makes it unlikely (p below 0.000001).',
  subject: 'bay',
  unit: '',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Sensor may be stuck', onDelayS: 0, offDelayS: 60 },
    next: 'Compare the bay with what stands there. If the sensor is wrong, recalibrate or swap it.',
  },
  watcher: bayFlag('stuck', (bay) => `Bay ${bay} has not changed for unusually long.`),
}
