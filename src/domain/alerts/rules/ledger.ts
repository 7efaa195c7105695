/** Messages that are received and unaccounted for. */
import type { RuleDeclaration } from '../declaration.ts'
import { isBeyond, usualSettings } from '../rule.ts'
import { healthRule } from './health-rule.ts'

export const ledger: RuleDeclaration = {
  kind: 'ledger',
  about: 'The message balance does not add up: messages were received that are unaccounted for.',
  subject: 'system',
  unit: 'messages',
  defaults: {
    ...usualSettings,
    ...{ severity: 'critical', title: 'Messages are unaccounted for', threshold: 0, onDelayS: 120 },
    next: 'Run an audit of the message balance, and keep the journal: it shows which messages they are.',
  },
  watcher: healthRule('system', function* ({ unaccounted }, rule, standingOf) {
    if (unaccounted === undefined) return
    const isOn = isBeyond(rule, 'above', Math.abs(unaccounted), standingOf('ledger'))
    yield { id: 'ledger', isOn, value: unaccounted, text: `${unaccounted} messages are unaccounted for.` }
  }),
}
