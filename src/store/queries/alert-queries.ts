/** Alerts, their events and rules read back: the same SQL in every dialect, every query along a key. */
import { alertEvents, alertSeverities, alertStates } from '@baykeeper/contract/vocabulary.ts'
import { type SelectQueryBuilder, sql } from 'kysely'
import { dayMs } from '../../lib/utc-day.ts'
import type { AlertFilter, AlertRow, AlertSort, AlertStore } from '../alerts.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { alert } from '../tables/alert.ts'
import type { DeclaredTables } from '../tables/list.ts'
import { alertCountQueries } from './alert-count-queries.ts'
import { alertEventQueries } from './alert-event-queries.ts'
import { alertFoldQueries } from './alert-fold-queries.ts'
import { pageOf, readKey } from './keyset.ts'

/** Forgotten at a time: a batch waits for it. */
const forgottenAtOnce = 500

type AlertQuery<O> = SelectQueryBuilder<DeclaredTables, 'alert', O>

export function alertQueries(runner: SqlRunner): AlertStore {
  const { db, all } = runner
  const alerts = db.selectFrom('alert').select(alert.columnNames)
  const events = alertEventQueries(runner)
  async function alertRev() {
    const newest = db.selectFrom('alert').select(({ fn }) => fn.max('rev').as('rev'))
    return (await all(newest.compile()))[0]?.rev ?? 0
  }
  return {
    ...events,
    ...alertCountQueries(runner),
    ...alertFoldQueries(runner, { ...events, alertRev }),
    async alertById(id) {
      const [row] = await all(alerts.where('id', '=', id).compile())
      return row && alert.row(row)
    },
    alertsById: async (ids) =>
      ids.length === 0 ? [] : (await all(alerts.where('id', 'in', [...ids]).compile())).map(alert.row),
    alerts: (filter) => alertPage(runner, alerts as never, filter),
    alertsSince: async (rev) => (await all(alerts.where('rev', '>', rev).orderBy('rev').compile())).map(alert.row),
    alertRev,
    forgetAlerts: (before) => forgetAlerts(runner, before * dayMs),
  }
}

const keyOf: { readonly [S in AlertSort]: (row: AlertRow) => readonly (number | string)[] } = {
  raised: ({ raised, id }) => [raised, id],
  '-raised': ({ raised, id }) => [raised, id],
  severity: ({ severity, raised, id }) => [alertSeverities.indexOf(severity), raised, id],
}

async function alertPage({ all }: SqlRunner, alerts: AlertQuery<never>, filter: AlertFilter) {
  const { sort, cursor, limit } = filter
  const isOldestFirst = sort === 'raised'
  let query = filtered(alerts, filter)
  if (sort === 'severity') query = query.orderBy('severity')
  query = query.orderBy('raised', isOldestFirst ? 'asc' : 'desc').orderBy('id', isOldestFirst ? 'asc' : 'desc')
  if (cursor !== undefined) {
    const after = readKey<(number | string)[]>(cursor, sort === 'severity' ? ['n', 'n', 's'] : ['n', 's'])
    const [raised, id] = after.slice(-2) as [number, string]
    const beyond = isOldestFirst ? '>' : '<'
    query = query.where((eb) => {
      const later = eb.or([eb('raised', beyond, raised), eb.and([eb('raised', '=', raised), eb('id', beyond, id)])])
      if (sort !== 'severity') return later
      const severity = after[0] as number
      return eb.or([eb('severity', '>', severity), eb.and([eb('severity', '=', severity), later])])
    })
  }
  const rows = await all(query.limit(sql.lit(limit + 1)).compile())
  return pageOf(rows.map(alert.row), limit, keyOf[sort])
}

function filtered<O>(alerts: AlertQuery<O>, filter: AlertFilter): AlertQuery<O> {
  const { states, severity, rule, site, subject, owner, root, q, from, to, openAt } = filter
  let query = alerts
  if (states)
    query = query.where(
      'state',
      'in',
      states.map((state) => alertStates.indexOf(state)),
    )
  if (severity !== undefined) query = query.where('severity', '=', alertSeverities.indexOf(severity))
  if (rule !== undefined) query = query.where('rule_id', '=', rule)
  if (site !== undefined) query = query.where('site', '=', site)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  if (owner !== undefined) query = query.where('owner', '=', owner)
  if (root !== undefined) query = query.where('root_id', '=', root)
  for (const word of q?.toLowerCase().split(/\s+/).filter(Boolean) ?? []) query = query.where(holds(word))
  if (from !== undefined) query = query.where('raised', '>=', from)
  if (to !== undefined) query = query.where('raised', '<', to)
  if (openAt !== undefined)
    query = query
      .where('raised', '<=', openAt)
      .where((eb) => eb.or([eb('closed', 'is', null), eb('closed', '>', openAt)]))
  return query
}

/** Of a few thousand open alerts: read one by one, within the other filters. */
const holds = (word: string) => {
  const found = (column: (typeof searched)[number]) => sql<boolean>`instr(lower(${sql.ref(column)}), ${word}) > 0`
  return sql<boolean>`(${sql.join(searched.map(found), sql` or `)})`
}
const searched = ['title', 'about', 'subject', 'site', 'site_level', 'owner'] as const

async function forgetAlerts({ db, all, run }: SqlRunner, horizon: number): Promise<number> {
  let gone = 0
  for (let isMore = true; isMore; ) {
    const old = db.selectFrom('alert').select('id').where('closed', '<', horizon).limit(sql.lit(forgottenAtOnce))
    const ids = (await all(old.compile())).map(({ id }) => id)
    isMore = ids.length === forgottenAtOnce
    if (ids.length === 0) break
    gone += (await run(db.deleteFrom('alert_event').where('alert_id', 'in', ids).compile())).affected
    gone += (await run(db.deleteFrom('alert').where('id', 'in', ids).compile())).affected
  }
  const waitMet = alertEvents.indexOf('wait-met')
  gone += (await run(db.deleteFrom('alert_event').where('kind', '=', waitMet).where('time', '<', horizon).compile()))
    .affected
  gone += (await run(db.deleteFrom('alert_request').where('time', '<', horizon).compile())).affected
  return gone
}
