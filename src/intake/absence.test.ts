import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceKind } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../lib/brand.ts'
import { silentLog } from '../lib/log.ts'
import { reportAbsence } from './absence.ts'
import { createIntakeCounters } from './counters.ts'

const kinds: readonly SourceKind[] = ['http', 'mqtt', 'serial', 'tcp', 'udp']
const sources = kinds.map((kind) => ({ name: kind, kind }))

function lossesOf(aliveAt: number | undefined, now: number, known = kinds) {
  const counters = createIntakeCounters()
  for (const name of known) counters.source(name)
  const alive = aliveAt === undefined ? undefined : instant(aliveAt)
  reportAbsence({ aliveAt: alive, now: instant(now), counters, sources, log: silentLog })
  return kinds.flatMap((name) =>
    counters.recentLosses(name).map(({ from, to, frames }) => ({ name, from, to, frames })),
  )
}

test('only sources whose senders do not send again can have lost something while no intake ran', () => {
  assert.deepEqual(lossesOf(1_000, 61_000), [
    { name: 'serial', from: 1_000, to: 61_000, frames: null },
    { name: 'udp', from: 1_000, to: 61_000, frames: null },
  ])
})

test('a source that never sent, and a first start, are no loss', () => {
  assert.deepEqual(lossesOf(1_000, 61_000, ['http']), [])
  assert.deepEqual(lossesOf(undefined, 61_000), [])
})

test('after a clock was set back the interval does not end before it begins', () => {
  assert.deepEqual(
    lossesOf(61_000, 1_000).map(({ from, to }) => [from, to]),
    [
      [1_000, 1_000],
      [1_000, 1_000],
    ],
  )
})
