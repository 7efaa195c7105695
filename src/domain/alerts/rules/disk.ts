/** The disk of the journal is nearly full. */
import type { RuleDeclaration } from '../declaration.ts'
import { isBeyond, usualSettings } from '../rule.ts'
import { healthRule } from './health-rule.ts'

export const disk: RuleDeclaration = {
  kind: 'disk',
  about: 'Less of the disk with the journal is free than the threshold. A full disk refuses every message.',
  subject: 'system',
  unit: '%',
  defaults: {
    ...usualSettings,
    ...{ severity: 'critical', title: 'Disk is nearly full', threshold: 5, clearAt: 8, onDelayS: 60 },
    next: 'Free space on the disk with the data directory, or shorten what is kept.',
  },
  watcher: healthRule('system', function* ({ disk: space }, rule, standingOf) {
    if (!space || space.total <= 0) return
    const value = Math.round((1_000 * space.free) / space.total) / 10
    const isOn = isBeyond(rule, 'below', value, standingOf('disk'))
    yield { id: 'disk', isOn, value, text: `${value} % of the disk with the journal is free.` }
  }),
}
