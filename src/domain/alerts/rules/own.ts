/** Rules that people write: one of the quantities that may be watched, and a threshold. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'

export const own: RuleDeclaration = {
  kind: 'own',
  about: 'Written by people: a quantity above or below a threshold.',
  subject: 'place',
  unit: '',
  defaults: { ...usualSettings, severity: 'warning', title: 'Own rule', next: '' },
}
