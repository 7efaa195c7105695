/** A site has no free bay left. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'

export const siteFull: RuleDeclaration = {
  kind: 'site-full',
  about: 'A site has fewer free bays than the threshold. Decides nothing while less than 90 % of its bays are known.',
  subject: 'place',
  unit: 'bays',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Site is full', threshold: 1, clearAt: 3, onDelayS: 60, offDelayS: 120 },
    next: 'Set the sign of the site to full, and lead drivers to another one.',
  },
  holdsBack: ['site-nearly-full'],
  explains: (root, child) => root.id === child.id,
  watch: { quantity: 'free', is: 'below', places: 'site' },
}
