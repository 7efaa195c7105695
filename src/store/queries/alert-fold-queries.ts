/** What the fold of alerts resumes with: its rules, its memory, and the requests that were made. */
import { endedWaitName, type Wait, waitName } from '../../domain/alerts/waits.ts'
import type { AlertStore } from '../alerts.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { alertMemory } from '../tables/alert-memory.ts'
import { alertRequest } from '../tables/alert-request.ts'
import { alertRule } from '../tables/alert-rule.ts'

type Newest = Pick<AlertStore, 'alertRev' | 'newestAlertEvent'>
type FoldStore = Pick<AlertStore, 'storedAlerts' | 'waits' | 'waitById' | 'alertRules' | 'alertRequest'>

export function alertFoldQueries({ db, all }: SqlRunner, { alertRev, newestAlertEvent }: Newest): FoldStore {
  const rules = db.selectFrom('alert_rule').select(alertRule.columnNames).orderBy('id')
  const alertRules = async () => (await all(rules.compile())).map(alertRule.row)
  return {
    async storedAlerts() {
      const memory = await all(db.selectFrom('alert_memory').select(alertMemory.columnNames).orderBy('id').compile())
      const event = await newestAlertEvent()
      return {
        ...{ rules: await alertRules(), memory: memory.map(alertMemory.row), rev: await alertRev() },
        ...{ eventRev: event?.rev ?? 0, eventPart: event?.part ?? -1 },
      }
    },
    async waits() {
      const first = `of ${waitName('')}`
      const rows = db
        .selectFrom('alert_memory')
        .select(alertMemory.columnNames)
        .where('id', '>=', first)
        .where('id', '<', `${first}~`)
      const found = (await all(rows.compile())).map((row) => JSON.parse(alertMemory.row(row).body) as Wait)
      return found.sort((a, b) => a.begun - b.begun || (a.id < b.id ? -1 : 1))
    },
    async waitById(id) {
      const [running, ended] = [`of ${waitName(id)}`, `of ${endedWaitName(id)}`]
      const rows = db.selectFrom('alert_memory').select(alertMemory.columnNames).where('id', 'in', [running, ended])
      const [row] = (await all(rows.compile())).map(alertMemory.row)
      return row && { wait: JSON.parse(row.body) as Wait, isOver: row.id === ended }
    },
    alertRules,
    async alertRequest(id) {
      const query = db.selectFrom('alert_request').select(alertRequest.columnNames).where('id', '=', id)
      const [row] = await all(query.compile())
      return row && alertRequest.row(row)
    },
  }
}
