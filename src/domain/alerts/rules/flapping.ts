/** A sensor changes more often than vehicles can. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'
import { bayFlag } from './bay-flag.ts'

export const flapping: RuleDeclaration = {
  kind: 'flapping',
  about: 'A sensor changes more often than vehicles can.',
  subject: 'bay',
  unit: '',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Sensor is flapping', onDelayS: 0, offDelayS: 300 },
    next: 'Check the position of the sensor and what moves near it. Recalibrate it, or swap it.',
  },
  watcher: bayFlag('flapping', (bay) => `Bay ${bay} changes more often than vehicles can.`),
}
