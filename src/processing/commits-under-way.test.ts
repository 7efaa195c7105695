import assert from 'node:assert/strict'
import test from 'node:test'
import { createCommitsUnderWay } from './commits-under-way.ts'

test('waits for room, and for the oldest first', async () => {
  const underWay = createCommitsUnderWay()
  const [a, b] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  underWay.add(a.promise)
  underWay.add(b.promise)
  const told: string[] = []
  const room = underWay.fewerThan(2).then(() => told.push('room'))
  const none = underWay.fewerThan(1).then(() => told.push('none'))
  assert.equal(underWay.count, 2)
  a.resolve()
  await room
  assert.deepEqual([told, underWay.count], [['room'], 1])
  b.resolve()
  await none
  assert.deepEqual([told, underWay.count], [['room', 'none'], 0])
})

test('every waiting caller gets the first fault, until all have ended', async () => {
  const underWay = createCommitsUnderWay()
  const [a, b] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  underWay.add(a.promise)
  underWay.add(b.promise)
  a.reject(new Error('first'))
  b.reject(new Error('second'))
  await assert.rejects(underWay.fewerThan(1), /first/)
  await assert.rejects(underWay.fewerThan(2), /first/)
  await underWay.ended()
  assert.equal(underWay.count, 0)
  await underWay.fewerThan(1)
})
