import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PublicationRefused } from '../api/context.ts'
import { silentLog } from '../lib/log.ts'
import type { Child } from './child.ts'
import type { ChildSettings, PublishAnswer, ToChild, ToMain } from './messages.ts'
import { createPublisher } from './publisher.ts'

const record = Uint8Array.of(1, 2)
const accepted = { ok: true, journal: 'j', record: 7 } as const

/** The channel to main, in memory. */
function channel() {
  const sent: Extract<ToMain, { type: 'publish' }>[] = []
  const listeners: ((message: ToChild) => void)[] = []
  const child: Child = {
    settings: {} as ChildSettings,
    log: silentLog,
    signal: new AbortController().signal,
    send: (message) => message.type === 'publish' && sent.push(message),
    onMessage: (listener) => listeners.push(listener),
  }
  const answer = (request: string, answer: PublishAnswer) => {
    for (const listener of listeners) listener({ type: 'publish-answer', request, answer })
  }
  return { publisher: createPublisher(child), sent, answer }
}

test('a publication resolves with the record of its own request, in any order of the answers', async () => {
  const { publisher, sent, answer } = channel()
  const both = Promise.all([publisher.publish(record), publisher.publish(record)])
  assert.deepEqual(
    sent.map(({ record: bytes }) => bytes),
    [record, record],
  )
  answer('a request that was not sent', { ...accepted, record: 99 })
  answer(sent[1]?.request ?? '', { ...accepted, record: 8 })
  answer(sent[0]?.request ?? '', accepted)
  assert.deepEqual(await both, [
    { journal: 'j', record: 7 },
    { journal: 'j', record: 8 },
  ])
})

test('a refusal is thrown with its reason and its text', async () => {
  const { publisher, sent, answer } = channel()
  const publishing = publisher.publish(record)
  answer(sent[0]?.request ?? '', { ok: false, reason: 'unavailable', message: 'intake is starting' })
  await assert.rejects(publishing, (fault) => {
    assert.ok(fault instanceof PublicationRefused)
    assert.deepEqual([fault.reason, fault.message], ['unavailable', 'intake is starting'])
    return true
  })
})

test('a publication without an answer for 15 s is in doubt, and not before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { publisher } = channel()
  let reason: string | undefined
  const publishing = publisher.publish(record).catch((fault: PublicationRefused) => {
    reason = fault.reason
  })
  const turns = () => new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(14_999)
  await turns()
  assert.equal(reason, undefined)
  t.mock.timers.tick(1)
  await publishing
  assert.equal(reason, 'interrupted')
})
