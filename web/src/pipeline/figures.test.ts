import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grownBy, historyMs, type Look, lookAt, ratesOf, seriesOf, withLook } from './figures.ts'
import { readMetrics } from './metrics.ts'

const text = `# HELP baykeeper_ledger_frames Frames by fate; the conservation law
# TYPE baykeeper_ledger_frames gauge
baykeeper_ledger_frames{fate="received"} 120
baykeeper_ledger_frames{fate="accepted"} 118
baykeeper_commit_seconds{quantile="0.5"} 0.0021
baykeeper_commit_seconds{quantile="0.99"} 0.0185
baykeeper_lag_seconds 0.012
baykeeper_source_frames{source="gate \\"A\\"",kind="http",fate="received"} 7
baykeeper_start_time_seconds 1.7e9
baykeeper_store_age_seconds NaN
`

test('figures are read from the text as it is written, and what is not told is not 0', () => {
  const metrics = readMetrics(text)
  const look = lookAt(metrics, 5)
  assert.equal(look.received, 120)
  assert.equal(look.commitMsP99, 18.5)
  assert.equal(look.lagMs, 12)
  assert.equal(look.started, 1.7e9)
  assert.equal(look.refused, undefined)
  assert.equal(look.storeAgeMs, undefined)
  assert.deepEqual(metrics.labels('source_frames', 'source'), ['gate "A"'])
})

const looks = (received: readonly (number | undefined)[], started: readonly number[] = []): readonly Look[] =>
  received.reduce<readonly Look[]>(
    (history, value, i) =>
      withLook(history, { ...lookAt(readMetrics(''), i * 2_000), received: value, started: started[i] ?? 1 }),
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

test('no rate is told across a gap, nor across a restart of the server', () => {
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
