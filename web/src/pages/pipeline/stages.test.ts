import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceStatus } from '@baykeeper/contract/ledger.ts'
import { type Look, lookAt } from './figures.ts'
import { findingsOf } from './stages.ts'

const nothing = lookAt(undefined, 0)
const look = (more: Partial<Look>): Look => ({ ...nothing, started: 1, ...more })
const source = (name: SourceStatus['kind'], state: SourceStatus['state']): SourceStatus => ({
  ...{ name, kind: name, state, detail: '', received: 0, accepted: 0, refused: 0 },
})

test('while all is normal, and while nothing is known, no stage has a colour', () => {
  assert.equal(findingsOf([], [], undefined, []).size, 0)
  const calm = look({ refused: 9, quarantined: 4, syncMsP99: 12, freeBytes: 5e11, commitMsP99: 30, storeAgeMs: 300 })
  assert.equal(findingsOf([calm, { ...calm, at: 2_000 }], [source('http', 'up')], 'ok', []).size, 0)
})

test('frames refused before the span shown are no news; those within it are', () => {
  const refused = (values: readonly number[]) =>
    findingsOf(
      values.map((n, i) => look({ at: i * 2_000, refused: n })),
      [],
      'ok',
      [],
    ).get('sources')
  assert.equal(refused([9, 9]), undefined)
  assert.deepEqual(refused([9, 10]), { tone: 'warn', fault: { of: 'refused' } })
})

test('what stops readings outweighs what only deserves a look', () => {
  const history = [look({ refused: 1 }), look({ at: 2_000, refused: 2 })]
  const sources = [source('mqtt', 'down'), source('udp', 'waiting'), source('http', 'up')]
  assert.deepEqual(findingsOf(history, sources, 'ok', []).get('sources'), {
    tone: 'bad',
    fault: { of: 'source-down', names: ['mqtt', 'udp'], state: 'down' },
  })
  assert.equal(
    findingsOf([look({ commitMsP99: 5_000 })], [], 'database-down', ['weak']).get('commit')?.fault.of,
    'database-down',
  )
  assert.deepEqual(findingsOf([look({})], [], 'ok', ['a', 'b']).get('commit'), {
    tone: 'warn',
    fault: { of: 'weak', count: 2 },
  })
  assert.equal(findingsOf([look({ freeBytes: 1e8, syncMsP99: 900 })], [], 'ok', []).get('journal')?.fault.of, 'disk')
})
