/** A source does not receive. */
import { healthSourcesMax, type SystemHealth } from '../../folds/fold.ts'
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'
import { healthRule } from './health-rule.ts'

const isComplete = ({ sources }: SystemHealth) =>
  sources !== undefined && Object.keys(sources).length < healthSourcesMax

export const sourceDown: RuleDeclaration = {
  kind: 'source-down',
  about: 'A source is down: its line, its broker or its port is not there.',
  subject: 'source',
  unit: '',
  defaults: {
    ...usualSettings,
    // Before its gateways are judged offline, which takes a minute: it explains them.
    ...{ severity: 'critical', title: 'Source is down', onDelayS: 45 },
    next: 'Open "Sources" for the reason. It is started again at intervals.',
  },
  holdsBack: ['silent', 'gateway-offline'],
  explains: (root, child) => root.source === child.source,
  watcher: healthRule(
    'source',
    function* ({ sources = {} }) {
      for (const [source, { state, detail }] of Object.entries(sources))
        yield { id: source, source, isOn: state === 'down', value: null, text: `Source ${source} is down: ${detail}` }
    },
    isComplete,
  ),
}
