import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../lib/log.ts'
import { createChannelLoop } from './channel-loop.ts'
import type { Channel } from './channels/channel.ts'
import { failed } from './channels/channel.ts'
import { createDeliveryBook, type DeliveryBook } from './delivery-book.ts'
import { openUnlocked } from './notify-database.ts'
import { eventOf } from './testing/feed-in-memory.ts'
import { messageUnderTest } from './testing/message-under-test.ts'

const start = Date.parse('2026-11-23T08:00:00Z')
const toDuty = () => [{ channel: 'duty', hold: 'none' as const, due: start }]

test('while the first event of an alert waits for its retry, the second one does not keep the loop busy', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const db = openUnlocked(':memory:')
  const at = { now: start }
  const book = createDeliveryBook(db, () => at.now, { firstMs: 60_000, capMs: 60_000 })
  let looks = 0
  const take: DeliveryBook['take'] = (...asked) => {
    looks++
    return book.take(...asked)
  }
  const counted: DeliveryBook = { ...book, take }
  let sends = 0
  const send: Channel['send'] = async () => {
    sends++
    return failed('It answered 500.', { reached: true })
  }
  const [stop, end] = [new AbortController(), new AbortController()]
  const loop = createChannelLoop({
    ...{ name: 'duty', channel: { target: 'x', send }, book: counted, backoff: { firstMs: 60_000, capMs: 60_000 } },
    ...{ concurrency: 2, rate: { messages: 60, minutes: 10 }, message: () => messageUnderTest(), now: () => at.now },
    log: silentLog,
  })
  book.follow([eventOf(1, { at: start, alert: 'a' })], toDuty)
  loop.start(stop.signal, end.signal)
  await loop.idle()
  book.follow([eventOf(2, { at: start, alert: 'a', event: 'cleared' })], toDuty)
  loop.wake()
  looks = 0
  for (let ms = 0; ms < 10_000; ms += 20) {
    at.now += 20
    t.mock.timers.tick(20)
  }
  assert.deepEqual([sends, looks], [1, 0])
  at.now += 80_000
  t.mock.timers.tick(80_000)
  await loop.idle()
  assert.equal(sends, 2, 'it is tried again')
  stop.abort()
  db.close()
})
