/** Two sensors of a bay report different states. The bay is never free meanwhile. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'
import { bayFlag } from './bay-flag.ts'

export const disputed: RuleDeclaration = {
  kind: 'disputed',
  about: 'Two sensors of a bay report different states. The bay is never free meanwhile.',
  subject: 'bay',
  unit: '',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Sensors disagree', onDelayS: 60, offDelayS: 60 },
    next: 'Look at the bay, and set it by hand until the wrong sensor is repaired.',
  },
  watcher: bayFlag('disputed', (bay) => `The sensors of bay ${bay} disagree.`),
}
