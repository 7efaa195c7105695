import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grownBy, historyMs, type Look, lookAt, ratesOf, seriesOf, withLook } from './figures.ts'
import { sampleStatus } from './status-sample.ts'

test('figures are read from the status, and a missing one is not 0', () => {
  const look = lookAt(sampleStatus({ lag_ms: 12, commit_ms: { p50: null, p99: 18.5 }, journal: null }), 5)
  assert.equal(look.received, 120)
  assert.equal(look.commitMsP99, 18.5)
  assert.equal(look.lagMs, 12)
  assert.equal(look.started, Date.parse('2026-11-23T06:00:00Z'))
  assert.equal(look.storeAgeMs, 300)
  assert.deepEqual([look.commitMsP50, look.journalBytes, look.freeBytes], [undefined, undefined, undefined])
  assert.equal(lookAt(sampleStatus({ ledger: null }), 5).received, undefined)
})

const looks = (received: readonly (number | undefined)[], started: readonly number[] = []): readonly Look[] =>
  received.reduce<readonly Look[]>(
    (history, value, i) =>
      withLook(history, { ...lookAt(undefined, i * 2_000), received: value, started: started[i] ?? 1 }),
    [],
  )
const received = (look: Look) => look.received

test('a rate is what came between two looks, at least six seconds apart once there are as many', () => {
  const rates = ratesOf(looks([0, 10, 20, 30, 40, 50]), received)
  assert.deepEqual(
    rates.map(({ value }) => value),
    [5, 5, 5, 5, 5],
  )
})

test('no rate is calculated across a gap or a restart of the server', () => {
  assert.deepEqual(ratesOf(looks([undefined, 10]), received), [])
  assert.deepEqual(ratesOf(looks([100, 3], [1, 2]), received), [])
  assert.equal(grownBy(looks([100, 3, 9], [1, 2, 2]), received), 6)
  assert.deepEqual(seriesOf(looks([undefined, 10]), received), [{ at: 2_000, value: 10 }])
})

test('what is older than five minutes is forgotten', () => {
  const history = looks(Array.from({ length: 1_000 }, (_, i) => i))
  assert.ok(history.length <= historyMs / 2_000 + 4)
  assert.equal(
    grownBy(history, () => undefined),
    undefined,
  )
})
