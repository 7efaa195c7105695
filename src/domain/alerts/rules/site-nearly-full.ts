/** A site is nearly full. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'

export const siteNearlyFull: RuleDeclaration = {
  kind: 'site-nearly-full',
  about:
    'More of the known bays of a site are taken than the threshold. Decides nothing while less than 90 % of its bays are known.',
  subject: 'place',
  unit: '%',
  defaults: {
    ...usualSettings,
    ...{ severity: 'info', title: 'Site is nearly full', threshold: 95, clearAt: 92, onDelayS: 300, offDelayS: 300 },
    next: 'Prepare to lead drivers to another site.',
  },
  watch: { quantity: 'occupied-share', is: 'above', places: 'site' },
}
