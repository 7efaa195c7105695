/** Schedules of reports through the whole of processing: the same rows wherever batches are cut, and again from the same journal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { encodeDeskEntry } from '../domain/desk-change.ts'
import { isReportSchedule, type ReportSchedule, schedulesMax } from '../domain/report-schedule.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'
import { type Body, drain, journalOf } from './testing/drained-journal.ts'

const scheduleOf = (id: string, more: Partial<ReportSchedule> = {}): ReportSchedule => ({
  ...{ id, name: 'Weekly', kind: 'occupancy', site: 'S', level: null, zone: null, type: null, period: 'last-week' },
  ...{ compare: 'none', format: 'xlsx', table: null, interval: 'week', weekday: 'mon', monthDay: null, at: '07:00' },
  ...{ timeZone: 'Europe/Berlin', channel: 'planners', isPaused: false, ...more },
})

let requests = 0
const change = (id: string, schedule: ReportSchedule | null, author = 'Zoë'): Body => {
  const request = `r${++requests}`
  const of = { is: 'report-schedule', request, id, schedule } as const
  return {
    ...{ body: '', afterMs: 60_000 },
    record: { kind: 4, bytes: (at) => encodeDeskEntry({ author, reason: 'why', at, change: of }) },
  }
}
const rowsAfter = async (bodies: readonly Body[], perRead?: number) => {
  const store = createMemoryStore()
  await drain(journalOf(bodies, perRead), store)
  return store.reportSchedules()
}

test('a schedule is kept with its author, changed and removed, with the moment from which its due times count', async () => {
  const [first] = await rowsAfter([change('a', scheduleOf('a'))])
  assert.deepEqual([first?.schedule, first?.author, first?.reason], [scheduleOf('a'), 'Zoë', 'why'])
  assert.equal(first?.since, first?.at)
  const renamed = await rowsAfter([change('a', scheduleOf('a')), change('a', scheduleOf('a', { name: 'Other' }))])
  assert.equal(renamed[0]?.schedule?.name, 'Other')
  // Its times are as they were: what is missed is still owed.
  assert.equal(renamed[0]?.since, (renamed[0]?.at ?? 0) - 60_000)
  for (const more of [{ at: '08:00' }, { timeZone: 'UTC' }, { isPaused: true }]) {
    const [row] = await rowsAfter([change('a', scheduleOf('a')), change('a', scheduleOf('a', more))])
    assert.equal(row?.since, row?.at, JSON.stringify(more))
  }
  const [resumed] = await rowsAfter([change('a', scheduleOf('a', { isPaused: true })), change('a', scheduleOf('a'))])
  assert.equal(resumed?.since, resumed?.at)
  const [removed] = await rowsAfter([change('a', scheduleOf('a')), change('a', null, 'Ann')])
  assert.deepEqual([removed?.schedule, removed?.author], [null, 'Ann'])
})

test('removing what is not there changes nothing, and there are never more than there may be', async () => {
  assert.deepEqual(await rowsAfter([change('a', null)]), [])
  const many = Array.from({ length: schedulesMax + 2 }, (_, n) => change(`s${n}`, scheduleOf(`s${n}`)))
  const rows = await rowsAfter([...many, change('s0', null), change('late', scheduleOf('late'))])
  assert.equal(rows.filter(({ schedule }) => schedule).length, schedulesMax)
  assert.ok(rows.some(({ id }) => id === 'late'))
})

test('rows are the same wherever batches are cut', async () => {
  const steps = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      is: fc.constantFrom('set', 'other time', 'pause', 'remove'),
    }),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const bodies = all.map(({ id, is }, n) =>
        change(
          id,
          is === 'remove'
            ? null
            : scheduleOf(id, { name: `n${n}`, isPaused: is === 'pause', at: is === 'other time' ? '09:00' : '07:00' }),
        ),
      )
      assert.deepEqual(await rowsAfter(bodies, 1), await rowsAfter(bodies))
    }),
    { numRuns: effort(60) },
  )
})

test('what is no schedule in a journal is none, and one of every interval is', () => {
  const good = [
    scheduleOf('a'),
    scheduleOf('a', { interval: 'day', weekday: null }),
    scheduleOf('a', { interval: 'month', weekday: null, monthDay: 31 }),
  ]
  for (const one of good) assert.ok(isReportSchedule(JSON.parse(JSON.stringify(one))))
  const wrong: readonly object[] = [
    { weekday: null },
    { weekday: 'holiday' },
    { monthDay: 1 },
    { interval: 'month', weekday: null, monthDay: 32 },
    { at: '7:00' },
    { at: '24:00' },
    { period: 'tomorrow' },
    { type: 'truck' },
    { channel: '' },
    { site: 3 },
    { isPaused: 'no' },
  ]
  for (const one of wrong) assert.equal(isReportSchedule({ ...scheduleOf('a'), ...one }), false, JSON.stringify(one))
  for (const one of [null, 'x', 3, []]) assert.equal(isReportSchedule(one), false)
})
