/** The part of the contract that remembers which reports are sent (report-schedules.ts). */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { ReportSchedule } from '../../domain/report-schedule.ts'
import { instant } from '../../lib/brand.ts'
import type { HistoryBatch } from '../history.ts'
import { noSessions } from '../readings/session-rows.ts'
import type { ReportScheduleRow } from '../report-schedules.ts'
import type { Store } from '../store.ts'
import { aBatch, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store) => Promise<void>) => void

const schedule: ReportSchedule = {
  ...{ id: 'b', name: 'Größe "A"', kind: 'occupancy', site: 'S', level: null, zone: null, type: 'ev' },
  ...{ period: 'last-week', compare: 'none', format: 'csv', table: 'days', interval: 'month', weekday: null },
  ...{ monthDay: 31, at: '07:00', timeZone: 'Europe/Berlin', channel: 'planners', isPaused: true },
}
const rowOf = (id: string, more: Partial<ReportScheduleRow> = {}): ReportScheduleRow => ({
  ...{
    id,
    schedule: { ...schedule, id },
    author: 'Zoë',
    reason: 'why',
    at,
    since: instant(at - 1),
    request: 'r',
    ...more,
  },
})
const writing = (...rows: readonly ReportScheduleRow[]): HistoryBatch => ({
  ...{ sessions: noSessions, occupancy: [], counts: [], health: [], reportSchedules: rows },
})

export function scheduleContract(onStore: OnStore): void {
  describe('schedules of reports', () => {
    onStore(
      'a schedule is read back as it was written, by id, changed, and removed without being forgotten',
      async (store) => {
        assert.deepEqual(await store.reportSchedules(), [])
        const [b, a] = [rowOf('b'), rowOf('a')]
        await store.commit(aBatch({ history: writing(b, a) }))
        assert.deepEqual(await store.reportSchedules(), [a, b])
        const gone = rowOf('a', { schedule: null, author: 'Ann', at: instant(at + 1), request: 's' })
        await store.commit(aBatch({ from: 1, to: 2, history: writing(gone) }))
        assert.deepEqual(await store.reportSchedules(), [gone, b])
      },
    )
  })
}
