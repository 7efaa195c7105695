import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyText } from '../../test/fixtures/any-text.ts'
import { instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import { createIntakeCounters } from './counters.ts'
import { checkpointFacts } from './facts.ts'

const at = instant(Date.parse('2026-11-23T08:00:00Z'))
const today = dayNumber(at)
const clock = { now: () => at }
const checkpoint = (bytes: Uint8Array, number = 7) => ({
  ...{ number, kind: 3 as const, frames: 0, bytes, acceptedFrames: 0, noiseFrames: 0 },
})

test('intake reports its counts of a day by source, and refusals with their reason', () => {
  const counters = createIntakeCounters(clock)
  counters.enter('http', 5)
  counters.accept('http', 5, 3, at - 86_400_000)
  counters.refuse('http', 2, false, 'overload')
  counters.refuse('http', 1, false, 'unauthorized')
  const { losses, intakeDays } = checkpointFacts(checkpoint(counters.checkpoint(at)))
  assert.deepEqual(intakeDays, [
    { source: 'http', day: '2026-11-22', received: 5, accepted: 5, refused: 0, unframeable: 0 },
    { source: 'http', day: '2026-11-23', received: 3, accepted: 0, refused: 3, unframeable: 0 },
  ])
  assert.deepEqual(
    losses.map(({ cause, id, frames, day }) => [cause, id, frames, day]),
    [
      ['refused', '2026-11-23 overload', 2, today],
      ['refused', '2026-11-23 unauthorized', 1, today],
    ],
  )
  assert.match(losses[0]?.detail ?? '', /^2 messages from http rejected: the disk is too slow/)
})

test('an interval is one row that ends; a count that grows is one row a day; an unknown size stays unknown', () => {
  const counters = createIntakeCounters(clock)
  const down = {
    cause: 'port-down' as const,
    frames: null,
    from: instant(at - 5_000),
    detail: 'unplugged: not listening.',
  }
  counters.lose('serial', down)
  for (const more of [7, 5]) counters.lose('udp', { cause: 'kernel-drop', frames: more, detail: `${more} dropped.` })
  for (let i = 0; i < 2; i++) counters.lose('serial', { cause: 'overrun', frames: null, detail: 'overrun.' })
  const first = checkpointFacts(checkpoint(counters.checkpoint(at))).losses
  counters.checkpointed()
  counters.lose('serial', { ...down, to: at, detail: 'The port was down for 5 s.' })
  const second = checkpointFacts(checkpoint(counters.checkpoint(at), 9)).losses
  const row = (losses: typeof first, cause: string) => losses.filter((loss) => loss.cause === cause)
  assert.deepEqual(row(first, 'port-down'), [{ ...down, source: 'serial', id: `${at - 5_000}`, day: today, to: null }])
  assert.deepEqual(
    row(second, 'port-down').map(({ id, to }) => [id, to]),
    [[`${at - 5_000}`, at]],
  )
  for (const losses of [first, second]) {
    assert.deepEqual(
      row(losses, 'kernel-drop').map(({ id, frames, detail }) => [id, frames, detail]),
      [['2026-11-23', 12, '12 messages from udp in total. Noticed 2 times on this day; the last: 5 dropped.']],
    )
    assert.deepEqual(
      row(losses, 'overrun').map(({ frames, detail }) => [frames, detail]),
      [[null, 'Noticed 2 times on this day; the last: overrun.']],
    )
  }
})

test('days and counts of losses go on after a restart', () => {
  const before = createIntakeCounters(clock)
  before.lose('udp', { cause: 'kernel-drop', frames: 7, detail: 'full' })
  before.refuse('udp', 1, false, 'journal')
  const bytes = before.checkpoint(at)
  const after = createIntakeCounters(clock)
  after.restore(JSON.parse(new TextDecoder().decode(bytes)))
  after.lose('udp', { cause: 'kernel-drop', frames: 1, detail: 'full' })
  const facts = checkpointFacts(checkpoint(after.checkpoint(at)))
  assert.deepEqual(facts.intakeDays, checkpointFacts(checkpoint(bytes)).intakeDays)
  assert.deepEqual(
    facts.losses.map(({ cause, frames }) => [cause, frames]),
    [
      ['refused', 1],
      ['kernel-drop', 8],
    ],
  )
})

test('any bytes of a checkpoint are handled, and any name of a source can be stored', () => {
  assert.deepEqual(checkpointFacts(checkpoint(new TextEncoder().encode('{"received":'))), {
    losses: [],
    intakeDays: [],
  })
  fc.assert(
    fc.property(anyText(300), (name) => {
      const counters = createIntakeCounters(clock)
      counters.refuse(name, 1, false, 'protocol')
      for (const { source } of checkpointFacts(checkpoint(counters.checkpoint(at))).intakeDays)
        assert.ok(source.isWellFormed() && source.length <= 128 && source.length > 0 && !source.endsWith(' '))
    }),
  )
})
