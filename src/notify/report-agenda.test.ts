import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../lib/log.ts'
import type { Outcome, TakenMessage } from './delivery.ts'
import { createDeliveryBook, type TakeLimits } from './delivery-book.ts'
import { listDeliveries } from './delivery-reports.ts'
import { openUnlocked } from './notify-database.ts'
import { lateMs, startReportAgenda } from './report-agenda.ts'
import { createReportBook } from './report-book.ts'
import { mailedReports } from './report-results.ts'
import { ReportImpossible } from './report-source.ts'
import { notificationsSchema } from './settings.ts'
import { eventOf } from './testing/feed-in-memory.ts'
import { reportsInMemory, rowOf, scheduleOf } from './testing/reports-in-memory.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** A Monday, 06:59 in Berlin. */
const start = Date.parse('2026-11-23T05:59:00Z')
const due = start + minuteMs
const open: TakeLimits = { rate: 100, rateMs: 600_000, isPaused: false }
const isSent: Outcome = { is: 'sent', detail: '' }
const mail = { kind: 'email', host: 'mail.example.org', from: 'parking@example.org', to: ['p@example.org'] }
const { channels } = notificationsSchema.parse({
  channels: { planners: { ...mail, locale: 'de' }, hook: { kind: 'webhook', url: 'https://hooks.example.org/x' } },
})

/** The agenda on a database in memory, and a clock that a test sets. */
function agendaUnderTest() {
  const db = openUnlocked(':memory:')
  const clock = { now: start }
  const source = reportsInMemory()
  const deliveries = createDeliveryBook(db, () => clock.now)
  let stop = new AbortController()
  let agenda = begin()

  function begin() {
    stop = new AbortController()
    return startReportAgenda({
      ...{ source, channels, log: silentLog, now: () => clock.now, signal: stop.signal, pollMs: 1 },
      book: createReportBook(db, () => clock.now, { firstMs: 10_000, capMs: 3_600_000 }),
      onMade: () => {},
    })
  }
  const rows = () => listDeliveries(db, { limit: 1_000 }).reverse()
  async function until(isTrue: () => boolean, what: string) {
    for (let tries = 0; !isTrue(); tries++) {
      assert.ok(tries < 2_000, what)
      await sleep(1)
    }
  }
  return {
    ...{ db, clock, source, deliveries, rows, until },
    /** Long enough for it to look and to make what is due. */
    settle: () => sleep(25),
    take: (): TakenMessage | undefined => deliveries.take('planners', open),
    ask: (id: string) => agenda.ask(id, 'Ann'),
    /** The process ends during any work, and the next one begins. */
    async restart() {
      stop.abort()
      await agenda.ended
      deliveries.recover()
      agenda = begin()
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await agenda.ended
      db.close()
    },
  }
}

const reportIn = (taken: TakenMessage | undefined) => taken?.events[0]?.report ?? assert.fail('no report is due')

test('a report is made when it is due and not before, is one message, and has one key however often it is looked at', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  assert.deepEqual(under.rows(), [])
  under.clock.now = due
  await under.until(() => under.source.asked.length === 1, 'it is made')
  await under.settle()
  const taken = under.take()
  assert.deepEqual([taken?.kind, reportIn(taken).due, reportIn(taken).isLate], ['report', due, false])
  assert.equal(under.source.asked[0]?.options.locale, 'de')
  await under.restart()
  await under.settle()
  assert.equal(under.rows().length, 1)
  assert.equal(under.rows()[0]?.key, taken?.key)
  // The attempt was cut off: it goes out again, with the same key and file.
  const again = under.take()
  assert.deepEqual([again?.key, again?.isFixed], [taken?.key, true])
  under.deliveries.finish(again as TakenMessage, isSent)
  under.clock.now += 7 * dayMs
  await under.until(() => under.rows().length === 2, 'the next week')
  assert.notEqual(under.rows()[1]?.key, taken?.key)
  assert.equal(under.source.asked.length, 2)
})

test('the key is that of the schedule and the due time, in every database', async () => {
  const keys: (string | undefined)[] = []
  for (const [minutes, id] of ['a', 'a', 'b'].entries()) {
    await using under = agendaUnderTest()
    under.source.put(rowOf(scheduleOf(id), start - dayMs))
    await under.settle()
    under.clock.now = due + minutes * minuteMs
    await under.until(() => under.rows().length === 1, 'it is due')
    keys.push(under.rows()[0]?.key)
  }
  assert.equal(keys[0], keys[1])
  assert.notEqual(keys[0], keys[2])
})

test('of the times that were missed the newest is sent, once, of its own days, and is marked as late', async () => {
  await using under = agendaUnderTest()
  const daily = scheduleOf('a', { interval: 'day', weekday: null })
  under.source.put(rowOf(daily, start - dayMs))
  await under.settle()
  // Away for ten days.
  under.source.isAway = true
  under.clock.now = due + 10 * dayMs + 2 * lateMs
  await under.restart()
  await under.settle()
  assert.deepEqual(under.rows(), [])
  under.source.isAway = false
  await under.until(() => under.source.asked.length === 1, 'it is made')
  await under.settle()
  assert.equal(under.rows().length, 1)
  assert.deepEqual([reportIn(under.take()).isLate, under.source.asked[0]?.options.due], [true, due + 10 * dayMs])
})

test('nothing is sent of the time before a schedule was set, before the first start, or while it was paused', async () => {
  await using under = agendaUnderTest()
  under.clock.now = due + minuteMs
  under.source.put(rowOf(scheduleOf('set-later'), due + minuteMs))
  under.source.put(rowOf(scheduleOf('paused', { isPaused: true }), start - 30 * dayMs))
  await under.settle()
  assert.deepEqual(under.rows(), [])
  under.source.put(rowOf(scheduleOf('paused'), due + minuteMs))
  await under.settle()
  assert.deepEqual(under.rows(), [])
  // An older schedule, and a file of notifications that is new.
  await using fresh = agendaUnderTest()
  fresh.clock.now = due + minuteMs
  await fresh.settle()
  await using later = agendaUnderTest()
  later.source.put(rowOf(scheduleOf('a'), start - 30 * dayMs))
  await later.settle()
  assert.deepEqual(later.rows(), [])
})

test('a report that cannot be made is tried again until a day has passed, and delays no alert', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  under.source.faults.push(...Array.from({ length: 3 }, () => new Error('the database is away')))
  under.clock.now = due
  await under.until(() => under.source.asked.length === 1, 'it is tried')
  await under.settle()
  const [row] = under.rows()
  assert.deepEqual([row?.state, row?.hold, row?.attempts], ['pending', 'making', 0])
  assert.match(row?.last_error ?? '', /cannot be made yet: the database is away/)
  assert.equal(under.deliveries.nextDue('planners'), undefined, 'the channel waits for what it cannot send')
  under.deliveries.follow([eventOf(1, { at: under.clock.now })], () => [{ channel: 'planners', hold: 'none', due: 0 }])
  const alert = under.take()
  assert.equal(alert?.kind, 'alert')
  under.deliveries.finish(alert as TakenMessage, isSent)
  for (const tries of [2, 3, 4]) {
    under.clock.now += 60 * minuteMs
    await under.restart()
    await under.until(() => under.source.asked.length === tries, `attempt ${tries}`)
  }
  await under.settle()
  assert.equal(reportIn(under.take()).isLate, true)
  // Another one, that never can be.
  under.source.faults.push(...Array.from({ length: 100 }, () => new Error('the database is away')))
  under.clock.now = due + 7 * dayMs
  await under.until(() => under.rows().some(({ at }) => Date.parse(at) === due + 7 * dayMs), 'it is due')
  await under.settle()
  under.clock.now += dayMs + minuteMs
  assert.equal(under.deliveries.sweep(), 1)
  assert.match(under.rows().at(-1)?.last_error ?? '', /^Given up after a day\. The report cannot be made yet/)
})

test('a database of notifications that cannot be written to for a while ends nothing, and the report is sent later', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  // As where the disk is full.
  under.db.exec("create trigger full before update on report begin select raise(abort, 'disk is full'); end")
  under.clock.now = due
  await under.until(() => under.source.asked.length === 1, 'it is tried')
  await under.settle()
  assert.equal(under.take(), undefined)
  under.db.exec('drop trigger full')
  await under.restart()
  await under.until(() => under.source.asked.length === 2, 'it is made')
  await under.settle()
  assert.equal(under.take()?.kind, 'report')
})

test('a report that never can be made is given up at once, and a person may send it again', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  under.source.faults.push(new ReportImpossible('The report cannot be made: there is no table x.'))
  under.clock.now = due
  await under.until(() => under.rows()[0]?.state === 'dead', 'it is dead')
  assert.match(under.rows()[0]?.last_error ?? '', /no table x/)
  assert.deepEqual(
    mailedReports(under.db).map(({ schedule, state, due: at }) => [schedule, state, at]),
    [['a', 'dead', due]],
  )
  const key = under.rows()[0]?.key
  assert.ok(under.deliveries.retry(under.rows()[0]?.id ?? 0))
  await under.restart()
  await under.until(() => under.source.asked.length === 2, 'it is made')
  await under.settle()
  assert.equal(under.take()?.key, key)
})

test('what was refused by the mail server and is sent again by a person is made again, under its key', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.source.asked.length === 1, 'it is made')
  await under.settle()
  const taken = under.take() as TakenMessage
  const refused = { is: 'failed', detail: '554', permanent: true, reached: false, unreachable: false } as const
  assert.equal(under.deliveries.finish(taken, refused), 1)
  const files = () => (under.db.prepare('select count(file) as n from report').get() as { n: number }).n
  assert.equal(files(), 0, 'the file of what has ended is kept')
  assert.ok(under.deliveries.retry(under.rows()[0]?.id ?? 0))
  assert.equal(under.take(), undefined, 'it was sent without its file')
  await under.restart()
  await under.until(() => under.source.asked.length === 2, 'it is made again')
  await under.settle()
  assert.equal(under.take()?.key, taken.key)
  assert.equal(files(), 1)
})

test('what waits of a schedule that is removed or paused is not sent, and what was asked for goes on while it is paused', async () => {
  await using under = agendaUnderTest()
  const [removed, paused] = [scheduleOf('removed'), scheduleOf('paused')]
  for (const schedule of [removed, paused]) under.source.put(rowOf(schedule, start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.source.asked.length === 2, 'both are made')
  assert.equal((await under.ask('paused'))?.is, 'asked')
  await under.until(() => under.source.asked.length === 3, 'what was asked for is made')
  under.source.put(rowOf(removed, start, { schedule: null }))
  under.source.put(rowOf({ ...paused, isPaused: true }, start))
  await under.until(() => under.rows().filter(({ state }) => state === 'dead').length === 2, 'two are given up')
  assert.deepEqual(
    under.rows().map(({ state, last_error }) => [state, last_error]),
    [
      ['dead', 'Its schedule was removed.'],
      ['dead', 'Its schedule was paused.'],
      ['pending', ''],
    ],
  )
  // A database that holds no schedule, as one that is built again, removes none.
  under.source.rows.clear()
  await under.settle()
  assert.equal(under.rows()[2]?.state, 'pending')
})

test('a report is asked for beside its due times, one at a time', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a', { isPaused: true }), start))
  assert.equal(await under.ask('none'), undefined)
  const first = await under.ask('a')
  assert.equal(first?.is, 'asked')
  assert.equal((await under.ask('a'))?.is, 'refused')
  await under.until(() => under.source.asked.length === 1, 'it is made')
  await under.settle()
  const taken = under.take() as TakenMessage
  assert.deepEqual([reportIn(taken).isAsked, reportIn(taken).isLate], [true, false])
  assert.equal(first.is === 'asked' && first.key, taken.key)
  under.deliveries.finish(taken, isSent)
  under.clock.now += 1
  assert.equal((await under.ask('a'))?.is, 'asked')
})

test('a channel that is gone, or is no e-mail, ends a report at once, and asking for one is refused', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('gone', { channel: 'gone' }), start - dayMs))
  under.source.put(rowOf(scheduleOf('hook', { channel: 'hook' }), start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.rows().length === 2, 'both are due')
  assert.deepEqual(
    under.rows().map(({ state, last_error }) => [state, last_error.slice(0, 30)]),
    [
      ['dead', 'No channel gone is configured.'],
      ['dead', 'The channel hook is of kind we'],
    ],
  )
  assert.equal((await under.ask('gone'))?.is, 'refused')
})

test('a clock that was ahead sends nothing twice, and nothing is missed when it is right again', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  under.clock.now = due + 70 * dayMs
  await under.until(() => under.rows().length === 1, 'the newest is due')
  under.clock.now = start
  await under.settle()
  under.clock.now = due
  await under.until(() => under.rows().length === 2, 'the right one is due')
  under.clock.now = due + 70 * dayMs
  await under.settle()
  assert.equal(new Set(under.rows().map(({ key }) => key)).size, under.rows().length)
  assert.deepEqual(
    under.rows().map(({ at }) => Date.parse(at)),
    [due + 70 * dayMs, due],
  )
})

test('reports count for the rate, wait when it is used up, and never become one message', async () => {
  await using under = agendaUnderTest()
  for (const id of ['a', 'b', 'c']) under.source.put(rowOf(scheduleOf(id), start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.source.asked.length === 3, 'all are made')
  await under.settle()
  const limits = { ...open, rate: 1 }
  const sent: string[] = []
  for (let n = 0; n < 3; n++) {
    const taken = under.deliveries.take('planners', limits)
    assert.equal(taken?.count, 1)
    assert.equal(under.deliveries.take('planners', limits), undefined, 'above the rate')
    under.deliveries.finish(taken as TakenMessage, isSent)
    sent.push(taken?.key ?? '')
    under.clock.now += open.rateMs + 1_000
  }
  assert.equal(new Set(sent).size, 3)
})

test('an alert, a wait and a report whose names are alike stay apart', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.source.asked.length === 1, 'it is made')
  await under.settle()
  const wait = eventOf(1, { alert: 'report:a', event: 'wait-met', severity: 'critical', at: due })
  under.deliveries.follow([wait], () => [{ channel: 'planners', hold: 'none', due: 0 }])
  assert.deepEqual(
    [under.take(), under.take()].map((taken) => [taken?.kind, taken?.count]),
    [
      ['alert', 1],
      ['report', 1],
    ],
  )
})

test('a file that is larger than it may be is not attached, and the report is noted without it', async () => {
  await using under = agendaUnderTest()
  under.source.file = undefined
  under.source.put(rowOf(scheduleOf('a'), start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.source.asked.length === 1, 'it is made')
  await under.settle()
  assert.equal(reportIn(under.take()).file.bytes, null)
})

test('a schedule of a time zone that there is not stops no other one', async () => {
  await using under = agendaUnderTest()
  under.source.put(rowOf(scheduleOf('a-wrong', { timeZone: 'Mars/Base' }), start - dayMs))
  under.source.put(rowOf(scheduleOf('right'), start - dayMs))
  await under.settle()
  under.clock.now = due
  await under.until(() => under.rows().length === 1, 'the right one is due')
})
