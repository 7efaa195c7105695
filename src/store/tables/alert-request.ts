import { instant, prose, text } from '../column.ts'
import { keep, table } from '../table.ts'

/** Requests of people about alerts and rules, with what became of each: sent again it is the same request. */
export const alertRequest = table('alert_request', {
  key: { id: text(128) },
  merge: {
    at: keep({ ...instant, name: 'time' as const }),
    author: keep(text(128)),
    /** JSON of `AlertOutcome[]` (domain/alerts/alert-rows.ts). */
    results: keep(prose),
  },
  indexes: { alert_request_time: ['time'] },
  hasRowid: true,
  since: 21,
})
