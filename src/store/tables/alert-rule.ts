import { instant, orNull, prose, text } from '../column.ts'
import { replace, table } from '../table.ts'

/** Rules that people have written: one of the id of a built-in rule takes its place. */
export const alertRule = table('alert_rule', {
  key: { id: text(64) },
  merge: {
    /** JSON of the rule (domain/alerts/rule.ts); null: it was removed. */
    body: replace(orNull(prose)),
    author: replace(text(128)),
    reason: replace(text(512)),
    at: replace({ ...instant, name: 'changed' as const }),
  },
  hasRowid: true,
  since: 21,
})
