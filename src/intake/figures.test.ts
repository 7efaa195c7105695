import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryJournal } from '../journal/testing/memory-journal.ts'
import { createIntakeCounters } from './counters.ts'
import { intakeFigures } from './figures.ts'
import type { SourceReport } from './source-contexts.ts'

const up: SourceReport = { kind: 'udp', state: 'up', detail: 'listening', facts: { warnings: ['slow'] } }

async function channel() {
  const journal = await createMemoryJournal().openWriter()
  return { journal, counters: createIntakeCounters() }
}

test('a source has its state, its counts and its losses; a name that came with a token is listed too', async () => {
  const { journal, counters } = await channel()
  counters.enter('udp', 3)
  counters.accept('udp', 3, 1)
  counters.lose('udp', { cause: 'kernel-drop', frames: 2, detail: 'full' })
  counters.enter('north', 1)
  counters.refuse('north', 1, true)
  const { sources } = intakeFigures({ journal, counters }, new Map([['udp', up]]))
  const [udp, north] = sources
  assert.deepEqual([udp?.name, udp?.kind, udp?.state, udp?.facts], ['udp', 'udp', 'up', { warnings: ['slow'] }])
  assert.deepEqual([udp?.received, udp?.accepted, udp?.lost, udp?.losses.length], [3, 3, { 'kernel-drop': 2 }, 1])
  assert.deepEqual([north?.name, north?.kind, north?.received, north?.refused], ['north', 'named', 1, 1])
  assert.equal(sources.length, 2)
})

test('a source that has received nothing yet is listed with zeros', async () => {
  const figures = intakeFigures(await channel(), new Map([['udp', { ...up, state: 'starting' }]]))
  const [{ received, accepted, refused, unframeable, state } = assert.fail('no source')] = figures.sources
  assert.deepEqual([received, accepted, refused, unframeable, state], [0, 0, 0, 0, 'starting'])
})

test('totals are the sums over all names, and frames on their way to the disk are counted apart', async () => {
  const { journal, counters } = await channel()
  for (const [name, frames] of [
    ['a', 5],
    ['b', 7],
  ] as const) {
    counters.enter(name, frames)
    counters.accept(name, frames - 2, 1)
    counters.refuse(name, 1, true)
  }
  counters.enter('a', 1)
  counters.unframeable('a', 1, 2)
  const { received, refused, unframeable, inFlight } = intakeFigures({ journal, counters }, new Map())
  assert.deepEqual(
    { received, refused, unframeable, inFlight },
    { received: 13, refused: 2, unframeable: 1, inFlight: 2 },
  )
})

test('a journal that is gone is the reason why readings are refused over what the journal reports', async () => {
  const { journal, counters } = await channel()
  const missing = 'the directory was deleted'
  assert.equal(intakeFigures({ journal, counters }, new Map()).journal.refusing, undefined)
  const { refusing, refusal } = intakeFigures({ journal, counters, missing }, new Map()).journal
  assert.deepEqual([refusing, refusal], [missing, 'gone'])
})
