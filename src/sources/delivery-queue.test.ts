import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeliveryQueue } from './delivery-queue.ts'
import { createFakeContext } from './testing/fake-context.ts'

const line = (text: string) => [{ framing: 'whole', codec: 'generic', bytes: Buffer.from(text), frames: 1 } as const]
const never = new AbortController().signal

test('what is added while a delivery is on its way goes together with the next', async () => {
  const context = createFakeContext()
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal: never })
  const order: number[] = []
  const add = (i: number) => queue.add(line(String(i))).then(() => order.push(i))
  context.hold()
  const first = [0, 1, 2].map(add)
  await context.until(() => context.delivers === 1)
  const second = [3, 4].map(add)
  assert.equal(queue.bytes, 5)
  context.release()
  await Promise.all([...first, ...second])
  assert.deepEqual(order, [0, 1, 2, 3, 4])
  assert.equal(context.delivers, 2)
  assert.equal(queue.bytes, 0)
  await queue.settled()
})

test('a refusal rejects every add that it concerns, and the next delivery is tried', async () => {
  const context = createFakeContext()
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal: never })
  context.refuse('overload')
  const refused = await Promise.allSettled([queue.add(line('a')), queue.add(line('b'))])
  assert.deepEqual(
    refused.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  context.refuse(undefined)
  await queue.add(line('c'))
  assert.deepEqual(context.frames(), ['c'])
})

test('with retry nothing is lost and order is kept until intake accepts again', async () => {
  const context = createFakeContext()
  const queue = createDeliveryQueue(context, { onRefused: 'retry', signal: never })
  context.refuse('journal')
  const added = [queue.add(line('a')), queue.add(line('b'))]
  await context.until(() => context.delivers >= 2)
  added.push(queue.add(line('c')))
  context.refuse(undefined)
  await Promise.all(added)
  assert.deepEqual(context.frames(), ['a', 'b', 'c'])
})

test('a stop ends the retrying', async () => {
  const context = createFakeContext()
  const stopper = new AbortController()
  const queue = createDeliveryQueue(context, { onRefused: 'retry', signal: stopper.signal })
  context.refuse('journal')
  const added = queue.add(line('a'))
  await context.until(() => context.delivers >= 1)
  stopper.abort()
  await assert.rejects(added, { code: 'E_INTAKE_REFUSED' })
})

test('a frame that is kept through an outage is never counted as refused; one given up is, once', async () => {
  const context = createFakeContext()
  const stopper = new AbortController()
  const queue = createDeliveryQueue(context, { onRefused: 'retry', signal: stopper.signal })
  context.refuse('journal')
  const kept = [queue.add(line('a')), queue.noise(Buffer.from('boot'))]
  await context.until(() => context.delivers >= 3)
  assert.equal(queue.refusing, true)
  context.refuse(undefined)
  await Promise.all(kept)
  assert.equal(queue.refusing, false)
  assert.deepEqual(context.noises, ['boot'])
  context.refuse('journal')
  const given = [queue.add(line('b')), queue.noise(Buffer.from('noise'))]
  await context.until(() => context.delivers >= 6)
  stopper.abort()
  assert.deepEqual(
    (await Promise.allSettled(given)).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.deepEqual(
    [context.refusals.map(({ frames, cause }) => [frames, cause]), context.refusedByIntake],
    [
      [
        [1, 'journal'],
        [1, 'journal'],
      ],
      0,
    ],
  )
})

test('a frame whose sender is notified is counted with each refusal, by intake', async () => {
  const context = createFakeContext()
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal: never })
  context.refuse('overload')
  await assert.rejects(queue.add(line('a')))
  await assert.rejects(queue.add(line('a')))
  assert.deepEqual([context.refusals.length, context.refusedByIntake], [0, 2])
})

for (const onRefused of ['reject', 'retry'] as const)
  test(`what has a head that does not fit is refused alone, in its turn (${onRefused})`, async () => {
    const context = createFakeContext()
    const queue = createDeliveryQueue(context, { onRefused, signal: never })
    const order: string[] = []
    const add = (text: string, topic: string) =>
      queue.add(line(text).map((each) => ({ ...each, source: 'north', meta: { topic } }))).then(
        () => order.push(text),
        (fault) => order.push(fault.refusal),
      )
    await Promise.all([add('a', 't'), add('b', '"'.repeat(33_000)), add('c', 't')])
    assert.deepEqual(order, ['a', 'too-large', 'c'])
    assert.deepEqual(context.frames(), ['a', 'c'])
    assert.deepEqual(context.refusals, [{ frames: 1, cause: 'too-large', source: 'north' }])
    assert.deepEqual([context.refusedByIntake, queue.bytes, queue.held], [0, 0, 0])
  })

test('an empty delivery weighs too, with its meta', async () => {
  const context = createFakeContext()
  const queue = createDeliveryQueue(context, { onRefused: 'retry', signal: never })
  context.hold()
  const added = queue.add(line('').map((each) => ({ ...each, meta: { peer: '10.0.0.1' } })))
  const noise = queue.noise(Buffer.from('boot'))
  assert.deepEqual([queue.bytes, queue.held], [4, 4 + 512 + 8])
  context.release()
  await Promise.all([added, noise])
  assert.equal(queue.held, 0)
})
