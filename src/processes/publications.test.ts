import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPublications } from './publications.ts'

const record = Uint8Array.of(1)
const done = { ok: true, journal: 'j', record: 7 } as const

function sent() {
  const requests: number[] = []
  const publications = createPublications((request) => requests.push(request) > 0)
  return { requests, publications }
}

test('each publication gets the answer to it', async () => {
  const { requests, publications } = sent()
  const [first, second] = [publications.publish('real', record), publications.publish('real', record)]
  publications.answered(requests[1] as number, { ...done, record: 8 })
  publications.answered(requests[0] as number, done)
  assert.deepEqual([await first, await second], [done, { ...done, record: 8 }])
})

test('what intake had not answered when it ended is in doubt, and what it never got is not', async () => {
  const { publications } = sent()
  const inDoubt = publications.publish('real', record)
  publications.intakeEnded()
  const answer = await inDoubt
  assert.deepEqual([answer.ok, !answer.ok && answer.reason], [false, 'interrupted'])
  const away = await createPublications(() => false).publish('real', record)
  assert.deepEqual([away.ok, !away.ok && away.reason], [false, 'unavailable'])
})

test('publications that wait are bounded, and there is room again when they are answered', async () => {
  const { requests, publications } = sent()
  const waiting = Array.from({ length: 8 }, () => publications.publish('real', record))
  const answer = await publications.publish('real', record)
  assert.equal(!answer.ok && answer.reason, 'unavailable')
  for (const request of requests) publications.answered(request, done)
  await Promise.all(waiting)
  const next = publications.publish('real', record)
  publications.answered(requests.at(-1) as number, done)
  assert.equal((await next).ok, true)
})
