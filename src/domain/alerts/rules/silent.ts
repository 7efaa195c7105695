/** A device has sent nothing for longer than its model promises. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'
import { silence } from '../watchers/silence.ts'

export const silent: RuleDeclaration = {
  kind: 'silent',
  about:
    'A device of a bay or a gate has sent nothing for 2.5 times its heartbeat, or for the time that the configuration promises. Its bay is unknown from then on.',
  subject: 'device',
  unit: 'min',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Sensor is silent' },
    next: 'Look whether its gateway and its neighbours are heard. Then check its battery and position on site.',
  },
  watcher: (rules, context) => silence(rules, context, (_, { external }) => context.world.promiseMsOf(external)),
}
