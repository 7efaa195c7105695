/** Events of alerts read back. */
import { sql } from 'kysely'
import type { AlertStore } from '../alerts.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { alertEvent } from '../tables/alert-event.ts'

type EventStore = Pick<AlertStore, 'eventsOfAlert' | 'alertEvents' | 'newestAlertEvent'>

export function alertEventQueries({ db, all }: SqlRunner): EventStore {
  const events = db.selectFrom('alert_event').select(alertEvent.columnNames)
  const newestEvent = db
    .selectFrom('alert_event')
    .select(['rev', 'part'])
    .orderBy('rev', 'desc')
    .orderBy('part', 'desc')
  return {
    async eventsOfAlert(id, limit) {
      const newest = events.where('alert_id', '=', id).orderBy('rev', 'desc').orderBy('part', 'desc')
      return (await all(newest.limit(sql.lit(limit)).compile())).map(alertEvent.row)
    },
    async alertEvents({ rev, part }, limit) {
      const next = events
        // Above the other terms: the index is read from there on.
        .where('rev', '>=', rev)
        .where((eb) => eb.or([eb('rev', '>', rev), eb('part', '>', part)]))
        .orderBy('rev')
        .orderBy('part')
      return (await all(next.limit(sql.lit(limit)).compile())).map(alertEvent.row)
    },
    newestAlertEvent: async () => (await all(newestEvent.limit(sql.lit(1)).compile()))[0],
  }
}
