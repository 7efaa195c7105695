import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import type { DriverCounters } from './driver-counters.ts'
import { createPortWatch } from './port-watch.ts'

const none: DriverCounters = {
  received: 0,
  overruns: 0,
  bufferOverruns: 0,
  framingErrors: 0,
  parityErrors: 0,
  breaks: 0,
}

function watched(counters: () => DriverCounters | undefined) {
  let ms = 1_000
  const clock = { now: () => instant(ms), monotonic: () => ms, sleep: async () => {} }
  const context = createFakeContext({ clock })
  const pass = (more: number) => {
    ms += more
  }
  return { context, watch: createPortWatch(context, async () => counters()), pass }
}

test('a port that was away is a loss of unknown size with begin and end; while it lasts it has no end', async () => {
  const { context, watch, pass } = watched(() => undefined)
  watch.down('the port was gone')
  watch.down('it still is')
  assert.deepEqual(context.losses, [
    { cause: 'port-down', frames: null, from: 1_000, detail: 'the port was gone: it is not read.' },
  ])
  assert.equal(context.reported.figures?.['port_downs'], 1)
  pass(2_500)
  await watch.up('/dev/x')
  assert.deepEqual(context.losses, [
    {
      cause: 'port-down',
      frames: null,
      from: 1_000,
      to: 3_500,
      detail: 'the port was gone: it was not read for 2.5 s.',
    },
  ])
  pass(1_000)
  watch.down('again')
  assert.equal(context.losses.length, 2)
  assert.deepEqual(context.reported.figures, {
    port_downs: 2,
    port_down_ms: 2_500,
    overruns: 'not available',
    buffer_overruns: 'not available',
  })
})

test('what the driver lost since the port was opened is reported, once', async () => {
  let counters = { ...none, overruns: 100, bufferOverruns: 7 }
  const { context, watch } = watched(() => counters)
  await watch.up('/dev/x')
  await watch.look()
  assert.deepEqual(context.losses, [])
  assert.equal(context.reported.figures?.['overruns'], 0)
  counters = { ...none, overruns: 103, bufferOverruns: 8 }
  await watch.look()
  await watch.look()
  assert.deepEqual(
    context.losses.map(({ cause, frames, detail }) => [cause, frames, /4 characters/.test(detail)]),
    [['overrun', null, true]],
  )
  watch.down('gone')
  counters = { ...none, overruns: 2 }
  await watch.up('/dev/x')
  counters = { ...none, overruns: 1 }
  await watch.look()
  assert.deepEqual([context.reported.figures?.['overruns'], context.reported.figures?.['buffer_overruns']], [4, 1])
})

test('a driver that counts nothing is not shown as 0', async () => {
  const { context, watch } = watched(() => undefined)
  await watch.up('/dev/x')
  await watch.look()
  assert.equal(context.reported.figures?.['overruns'], 'not available')
  assert.match(context.reported.lossy ?? '', /no acknowledgement/)
})
