import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { aborted } from './listener.ts'
import { runSource } from './runner.ts'
import type { Source } from './source.ts'
import { createFakeContext } from './testing/fake-context.ts'

test('a source that breaks is started again by the schedule and reports why it waits', async () => {
  const slept: number[] = []
  const clock = { ...systemClock, sleep: async (ms: number) => void slept.push(ms) }
  const context = createFakeContext({ clock })
  const stopper = new AbortController()
  let runs = 0
  const source: Source = {
    name: 'flaky',
    kind: 'tcp',
    run: async (signal) => {
      if (++runs < 8) throw new Error('line gone')
      setImmediate(() => stopper.abort())
      await aborted(signal)
    },
  }
  await runSource(source, stopper.signal, context)
  assert.equal(runs, 8)
  assert.equal(slept.length, 7)
  slept.forEach((ms, i) => {
    const ceiling = Math.min(10_000, 100 * 2 ** i)
    assert.ok(ms >= ceiling / 2 - 1 && ms <= ceiling + 1, `${ms} ms after break ${i}`)
  })
  assert.match(context.states.find(({ state }) => state === 'waiting')?.detail ?? '', /^line gone; next try in /)
  assert.equal(context.states.at(-1)?.state, 'down')
})

test('a stop while waiting does not wait for the next try', async () => {
  const context = createFakeContext()
  const stopper = new AbortController()
  const source: Source = { name: 'dead', kind: 'tcp', run: () => Promise.reject(new Error('no')) }
  const running = runSource(source, stopper.signal, context)
  await context.until(() => context.states.length > 5)
  const began = performance.now()
  stopper.abort()
  await running
  assert.ok(performance.now() - began < 100)
})
