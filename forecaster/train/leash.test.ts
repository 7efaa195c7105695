import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { held } from './leash.ts'

async function isResting(rested: Promise<void>): Promise<boolean> {
  let done = false
  void rested.then(() => {
    done = true
  })
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  return !done
}

test('a training rests from the one line to the other, and goes on where it was', async () => {
  const input = new PassThrough()
  const leash = held(input, new AbortController())
  assert.equal(await isResting(leash.rested()), false)
  input.write('rest\n')
  await setImmediate()
  const rested = leash.rested()
  assert.equal(await isResting(rested), true)
  input.write('go on\n')
  await rested
  assert.equal(await isResting(leash.rested()), false)
})

test('when the parent has exited the training ends, also from a pause', async () => {
  const input = new PassThrough()
  const ending = new AbortController()
  const leash = held(input, ending)
  input.write('rest\n')
  await setImmediate()
  const rested = leash.rested()
  input.end()
  await rested
  assert.equal(ending.signal.aborted, true)
})
