/** The database was away. What was received meanwhile is in the journal, and so is this: it is raised once the database is back. */
import type { RuleDeclaration } from '../declaration.ts'
import { usualSettings } from '../rule.ts'
import { healthRule } from './health-rule.ts'

export const databaseOutage: RuleDeclaration = {
  kind: 'database-outage',
  about:
    'The processor could not reach the database. It is stored when the database is back, with the times of the outage; /health shows it meanwhile.',
  subject: 'system',
  unit: '',
  defaults: {
    ...usualSettings,
    ...{ severity: 'critical', title: 'Database was away' },
    next: 'Nothing is lost: messages wait in the journal. Look at the log of the database for the reason.',
  },
  watcher: healthRule('system', function* ({ database }) {
    if (database)
      yield {
        id: 'database',
        isOn: !database.isUp,
        value: null,
        since: database.since,
        text: database.detail || 'The database is away.',
      }
  }),
}
