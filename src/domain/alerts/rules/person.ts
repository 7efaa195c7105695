/** Alerts that people raise. No rule of a person can have this kind. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'

export const person: RuleDeclaration = {
  kind: 'person',
  about: 'Raised by a person, and resolved by one.',
  subject: 'system',
  unit: '',
  defaults: { ...usualSettings, severity: 'warning', title: 'Raised by hand', next: '' },
  isResolvable: true,
}
