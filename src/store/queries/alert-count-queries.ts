/** Alerts counted and measured: no alert is read in full. */
import { alertSeverities, alertStates } from '@baykeeper/contract/vocabulary.ts'
import { sql } from 'kysely'
import type { Instant } from '../../lib/brand.ts'
import type { AlertMark, AlertRow, AlertStore } from '../alerts.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'

const closed = alertStates.indexOf('normal')

export function alertCountQueries({
  db,
  all,
}: SqlRunner): Pick<AlertStore, 'alertCounts' | 'openByRule' | 'openRaisedBefore' | 'alertMarks'> {
  return {
    async alertCounts() {
      const query = db
        .selectFrom('alert')
        .select(['state', 'severity', sql<number>`${sql.ref('cleared')} IS NULL`.as('is_active')])
        .select(({ fn }) => fn.countAll().as('n'))
        .where('state', '<>', closed)
        .groupBy(['state', 'severity', 'is_active'])
      return (await all(query.compile())).map(({ state, severity, is_active, n }) => ({
        state: alertStates[state] as AlertRow['state'],
        severity: alertSeverities[severity] as AlertRow['severity'],
        ...{ isActive: Number(is_active) === 1, alerts: Number(n) },
      }))
    },
    async openByRule() {
      const query = db
        .selectFrom('alert')
        .select('rule_id')
        .select(({ fn }) => fn.countAll().as('n'))
        .where('state', '<>', closed)
        .groupBy('rule_id')
      return new Map((await all(query.compile())).map(({ rule_id, n }) => [rule_id, Number(n)]))
    },
    async openRaisedBefore(before) {
      const query = db
        .selectFrom('alert')
        .select(({ fn }) => fn.countAll().as('n'))
        .where('state', '<>', closed)
        .where('raised', '<', before)
      const [row] = await all(query.compile())
      return Number(row?.n ?? 0)
    },
    async alertMarks(from, limit) {
      const marks = db
        .selectFrom('alert')
        .select(['id', 'rule_id', 'subject', 'title', 'severity', 'raised', 'cleared', 'root_id', 'times'])
        .where('raised', '>=', from)
        .orderBy('raised', 'desc')
        .orderBy('id', 'desc')
        .limit(sql.lit(limit))
      return (await all(marks.compile())).reverse().map(
        ({ rule_id: rule, root_id: root, severity, raised, cleared, ...rest }): AlertMark => ({
          ...{ ...rest, rule, root, severity: alertSeverities[severity] as AlertRow['severity'] },
          ...{ raised: raised as Instant, cleared: cleared as Instant | null },
        }),
      )
    },
  }
}
