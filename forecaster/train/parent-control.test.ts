import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { controlledByParent } from './parent-control.ts'

async function isPaused(resumed: Promise<void>): Promise<boolean> {
  let done = false
  void resumed.then(() => {
    done = true
  })
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  return !done
}

test('a training pauses between the two lines, and then resumes', async () => {
  const input = new PassThrough()
  const control = controlledByParent(input, new AbortController())
  assert.equal(await isPaused(control.resumed()), false)
  input.write('rest\n')
  await setImmediate()
  const resumed = control.resumed()
  assert.equal(await isPaused(resumed), true)
  input.write('go on\n')
  await resumed
  assert.equal(await isPaused(control.resumed()), false)
})

test('when the parent has exited the training ends, also from a pause', async () => {
  const input = new PassThrough()
  const ending = new AbortController()
  const control = controlledByParent(input, ending)
  input.write('rest\n')
  await setImmediate()
  const resumed = control.resumed()
  input.end()
  await resumed
  assert.equal(ending.signal.aborted, true)
})
