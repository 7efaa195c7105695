import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { AlertEvent } from './alert-event.ts'
import type { NewDelivery, Outcome, TakenMessage } from './delivery.ts'
import { createDeliveryBook, pendingMax, type TakeLimits } from './delivery-book.ts'
import { listDeliveries } from './delivery-reports.ts'
import { openUnlocked } from './notify-database.ts'
import { eventOf } from './testing/feed-in-memory.ts'

const start = Date.parse('2026-11-23T08:00:00Z')
const open: TakeLimits = { rate: 100, rateMs: 600_000, isPaused: false }
const isSent: Outcome = { is: 'sent', detail: '' }
const failedWith = (more: Partial<Extract<Outcome, { is: 'failed' }>>): Outcome => ({
  ...{ is: 'failed', detail: 'It failed.', permanent: false, reached: false, unreachable: false },
  ...more,
})
type Route = (event: AlertEvent) => readonly Omit<NewDelivery, 'key'>[]
const toDuty: Route = () => [{ channel: 'duty', hold: 'none', due: 0 }]

function bookUnderTest(file?: { db: DatabaseSync }) {
  const db = file?.db ?? openUnlocked(':memory:')
  const at = { now: start }
  const book = createDeliveryBook(db, () => at.now)
  const event = (n: number, more: Partial<AlertEvent> = {}) => eventOf(n, { at: at.now, ...more })
  const take = (limits: Partial<TakeLimits> = {}) => book.take('duty', { ...open, ...limits })
  const taken = (limits?: Partial<TakeLimits>): TakenMessage => take(limits) ?? assert.fail('nothing is due')
  const rows = () => listDeliveries(db, { limit: 100_000 }).reverse()
  return { db, at, book, event, take, taken, rows }
}
const eventsOf = ({ events }: TakenMessage) => events.map(({ alert, event }) => `${alert} ${event}`)

test('an event becomes one delivery for each channel, however often it is followed', () => {
  const { book, event, rows } = bookUnderTest()
  const route: Route = () => ['a', 'b'].map((channel) => ({ channel, hold: 'none', due: 0 }))
  const first = event(1)
  assert.deepEqual([...book.follow([first], route)], ['a', 'b'])
  assert.deepEqual([...book.follow([{ ...first, rev: 9, part: 3 }], route)], [])
  assert.equal(rows().length, 2)
  assert.notEqual(rows()[0]?.key, rows()[1]?.key)
  assert.deepEqual(book.place(), { rev: 9, part: 3 })
})

test('the key of a delivery is the same in every database', () => {
  const keys = [1, 2].map(() => {
    const { book, event, rows } = bookUnderTest()
    book.follow([event(1)], toDuty)
    return rows()[0]?.key
  })
  assert.equal(keys[0], keys[1])
})

test('a message that may have been received goes out again with the same events under the same key', () => {
  const { book, event, taken, take, at } = bookUnderTest()
  book.follow([event(1, { alert: 'a' })], toDuty)
  const first = taken()
  book.finish(first, failedWith({ reached: true }))
  book.follow([event(2, { alert: 'a', event: 'cleared' })], toDuty)
  assert.equal(take(), undefined, 'the clear went out before its raise')
  at.now += 60_000
  const second = taken()
  assert.deepEqual([second.key, eventsOf(second), second.attempt], [first.key, ['a raised'], 2])
  book.finish(second, isSent)
  assert.deepEqual(eventsOf(taken()), ['a cleared'])
})

test('a message that may have been received once stays as it is, although a later attempt is refused or reaches nothing', () => {
  for (const later of [failedWith({}), failedWith({ unreachable: true })]) {
    const { book, event, taken, at } = bookUnderTest()
    book.follow([event(1, { alert: 'a' })], toDuty)
    const first = taken()
    book.finish(first, failedWith({ reached: true }))
    at.now += 3_600_000
    book.finish(taken(), later)
    book.follow([event(2, { alert: 'a', event: 'cleared' })], toDuty)
    at.now += 3_600_000
    const third = taken()
    assert.deepEqual([third.key, eventsOf(third)], [first.key, ['a raised']])
  }
})

test('a process that ended while it sent sends the same message again', () => {
  const file = bookUnderTest()
  file.book.follow([file.event(1, { alert: 'a' })], toDuty)
  const first = file.taken()
  file.book.follow([file.event(2, { alert: 'a', event: 'cleared' })], toDuty)
  const next = bookUnderTest(file)
  next.book.recover()
  const second = next.taken()
  assert.deepEqual([second.key, eventsOf(second)], [first.key, ['a raised']])
})

test('an alert that was raised and cleared while the channel could not be reached is one summary', () => {
  const { book, event, taken, take } = bookUnderTest()
  book.follow([event(1, { alert: 'a' })], toDuty)
  book.finish(taken(), failedWith({ unreachable: true }))
  book.follow([event(2, { alert: 'a', event: 'cleared' })], toDuty)
  const summary = taken()
  assert.deepEqual([summary.kind, eventsOf(summary)], ['summary', ['a raised', 'a cleared']])
  book.finish(summary, isSent)
  assert.equal(take(), undefined)
})

test('while one message of an alert is on its way, its next event waits, and other alerts do not', () => {
  const { book, event, taken, take } = bookUnderTest()
  book.follow([event(1, { alert: 'a' })], toDuty)
  const raise = taken()
  book.follow([event(2, { alert: 'a', event: 'acknowledged' }), event(3, { alert: 'b' })], toDuty)
  assert.deepEqual(eventsOf(taken()), ['b raised'])
  assert.equal(take(), undefined)
  book.finish(raise, isSent)
  assert.deepEqual(eventsOf(taken()), ['a acknowledged'])
})

test('critical events go first', () => {
  const { book, event, taken } = bookUnderTest()
  book.follow([event(1), event(2, { severity: 'info' }), event(3, { severity: 'critical' })], toDuty)
  assert.deepEqual(eventsOf(taken()), ['alert-3 raised'])
})

test('what is refused for good is dead at once, and what fails for a day is given up', () => {
  const { book, event, taken, take, rows, at } = bookUnderTest()
  book.follow([event(1), event(2)], toDuty)
  assert.equal(book.finish(taken(), failedWith({ permanent: true, reached: true })), 1)
  book.finish(taken(), failedWith({ reached: true }))
  at.now += 24 * 3_600_000
  assert.equal(book.finish(taken(), failedWith({ reached: true })), 1)
  assert.deepEqual(
    rows().map(({ state }) => state),
    ['dead', 'dead'],
  )
  assert.match(rows()[1]?.last_error ?? '', /Given up after a day. It failed/)
  assert.equal(take(), undefined)
})

test('a delivery of a channel that is paused for a day is given up without an attempt', () => {
  const { book, event, at, rows } = bookUnderTest()
  book.follow([event(1)], toDuty)
  at.now += 24 * 3_600_000
  assert.equal(book.sweep(), 0)
  at.now += 1
  assert.equal(book.sweep(), 1)
  assert.equal(rows()[0]?.state, 'dead')
})

test('a dead message that a person sends again has its old key, and a living one is left alone', () => {
  const { book, event, taken, rows } = bookUnderTest()
  book.follow([event(1), event(2)], toDuty)
  const first = taken()
  book.finish(first, failedWith({ permanent: true, reached: true }))
  const { id } = rows()[0] ?? assert.fail()
  assert.equal(book.retry(id + 1), false)
  assert.equal(book.retry(id), true)
  assert.equal(book.retry(id), false)
  assert.equal(taken().key, first.key)
})

test('an event that is older than a day is not sent, and one of long ago leaves no trace', () => {
  const { book, event, take, rows, at } = bookUnderTest()
  const day = 24 * 3_600_000
  book.follow([event(1, { at: at.now - day - 1 }), event(2, { at: at.now - 31 * day })], toDuty)
  assert.deepEqual(
    rows().map(({ state, alert }) => `${alert} ${state}`),
    ['alert-1 dead'],
  )
  assert.match(rows()[0]?.last_error ?? '', /older than a day/)
  assert.equal(take(), undefined)
})

test('what was held back goes out as one message when its time has come', () => {
  const { book, event, taken, take, at } = bookUnderTest()
  const route: Route = () => [{ channel: 'duty', hold: 'quiet-hours', due: start + 1_000 }]
  book.follow([event(1), event(2, { severity: 'info' }), event(3, { alert: 'alert-1', event: 'cleared' })], route)
  assert.equal(take(), undefined)
  at.now += 1_000
  const merged = taken()
  assert.deepEqual([merged.kind, merged.count], ['merged', 3])
  book.finish(merged, isSent)
  assert.equal(take(), undefined)
})

test('a merged message shows the most severe events and the number of all', () => {
  const { book, event, taken, at } = bookUnderTest()
  const route: Route = () => [{ channel: 'duty', hold: 'digest', due: start }]
  const severity = (n: number) => (n === 200 ? ('critical' as const) : ('info' as const))
  book.follow(
    Array.from({ length: 264 }, (_, n) => event(n, { severity: severity(n) })),
    route,
  )
  at.now += 1
  const digest = taken()
  assert.deepEqual([digest.kind, digest.count, digest.events.length], ['digest', 264, 50])
  assert.ok(digest.events.some(({ severity }) => severity === 'critical'))
})

test('above the rate the rest waits and is merged; critical ones pass twice as many', () => {
  const { book, event, taken, take, at } = bookUnderTest()
  const limits = { rate: 2, rateMs: 60_000 }
  const severity = (n: number) => (n > 6 ? ('critical' as const) : ('warning' as const))
  book.follow(
    Array.from({ length: 6 }, (_, n) => event(n + 1)),
    toDuty,
  )
  for (let n = 0; n < 2; n++) book.finish(taken(limits), isSent)
  assert.equal(take(limits), undefined)
  book.follow(
    [7, 8, 9].map((n) => event(n, { severity: severity(n) })),
    toDuty,
  )
  for (let n = 0; n < 2; n++) {
    const critical = taken(limits)
    assert.equal(critical.events[0]?.severity, 'critical')
    book.finish(critical, isSent)
  }
  assert.equal(take(limits), undefined)
  at.now += 60_001
  const rest = taken(limits)
  assert.deepEqual([rest.kind, rest.count], ['merged', 5])
})

test('a paused channel tries only critical events that were never tried', () => {
  const { book, event, take, taken } = bookUnderTest()
  book.follow([event(1)], toDuty)
  assert.equal(take({ isPaused: true }), undefined)
  book.follow([event(2, { severity: 'critical' })], toDuty)
  book.finish(taken({ isPaused: true }), failedWith({ unreachable: true }))
  assert.equal(take({ isPaused: true }), undefined)
})

test('a full queue refuses what comes beyond, visibly, and other channels are not concerned', () => {
  const { book, event, rows } = bookUnderTest()
  const all = Array.from({ length: pendingMax + 1 }, (_, n) => event(n + 1))
  book.follow(all, toDuty)
  const woken = book.follow([event(0, { alert: 'x' })], () => [{ channel: 'other', hold: 'none', due: 0 }])
  assert.deepEqual([...woken], ['other'])
  const dead = rows().filter(({ state }) => state === 'dead')
  assert.deepEqual(
    dead.map(({ alert }) => alert),
    [`alert-${pendingMax + 1}`],
  )
  assert.match(dead[0]?.last_error ?? '', /waited already/)
})

test('what waits because the target could not be reached is due as soon as it answers', () => {
  const { book, event, taken, take } = bookUnderTest()
  book.follow([event(1), event(2)], toDuty)
  book.finish(taken(), failedWith({ unreachable: true }))
  book.finish(taken(), failedWith({ reached: true }))
  assert.equal(take(), undefined)
  book.wake('duty')
  assert.deepEqual(eventsOf(taken()), ['alert-1 raised'])
  assert.equal(take(), undefined)
})

test('messages about waits are never merged', () => {
  const { book, event, taken, take } = bookUnderTest()
  const limits = { rate: 1, rateMs: 60_000 }
  book.follow(
    [1, 2, 3].map((n) => event(n, { event: 'wait-met' })),
    toDuty,
  )
  for (const alert of ['alert-1', 'alert-2', 'alert-3']) {
    const one = taken(limits)
    assert.deepEqual(eventsOf(one), [`${alert} wait-met`])
    book.finish(one, isSent)
  }
  assert.equal(take(limits), undefined)
})
