import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { answered, serve } from './lines.ts'
import { chanceAtMost, chanceFree } from './probability.ts'
import { forecasterUnderTest, requestOf } from './site-under-test.ts'
import { verdictOf } from './staleness.ts'

const forecaster = await forecasterUnderTest()

test('a line is answered by a line with its id, an invalid one by an error with its position', async () => {
  const input = new PassThrough()
  const output = new PassThrough()
  const bad = { ...requestOf(), id: 'b', lots: [{ id: 'x', capacity: 0, rates: [] }] }
  input.end(`${JSON.stringify(requestOf())}\n\n{"type":\n${JSON.stringify(bad)}\n`)
  await serve(forecaster, { input, output })
  output.end()
  const lines = (await text(output))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ type, id }) => [type, id]),
    [
      ['forecast', '1'],
      ['refused', null],
      ['refused', 'b'],
    ],
  )
  assert.match(lines[2].why, /lots\.0\.capacity/)
})

test('a score request is answered with a scoreboard', async () => {
  const now = '2026-05-01T00:00:00Z'
  const answer = (await answered(
    forecaster,
    JSON.stringify({ type: 'score', id: 's', now, forecasts: [], actuals: [] }),
  )) as {
    cells: unknown[]
  }
  assert.deepEqual(answer.cells, [])
})

const ladder = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]

test('the chance of a rate is its level at the quantiles, and grows from 0 to 1', () => {
  assert.ok(Math.abs(chanceAtMost(0.5, ladder) - 0.5) < 1e-12)
  assert.ok(Math.abs(chanceAtMost(0.3, ladder) - 0.1) < 1e-12)
  assert.deepEqual([chanceAtMost(-1, ladder), chanceAtMost(1, ladder)], [0, 1])
  const quantiles = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
  fc.assert(
    fc.property(
      quantiles,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, a, b) => {
        const sorted = all.sort((x, y) => x - y)
        assert.ok(chanceAtMost(Math.min(a, b), sorted) <= chanceAtMost(Math.max(a, b), sorted) + 1e-12)
      },
    ),
  )
})

test('more spaces are less likely to be free, and more than there are never', () => {
  const chances = [1, 20, 50, 80, 100, 101].map((k) => chanceFree(k, 100, ladder))
  for (let i = 1; i < chances.length; i++) assert.ok((chances[i] as number) <= (chances[i - 1] as number))
  assert.equal(chances.at(-1), 0)
})

test('fresh input is neither widened nor excused', () => {
  const nowMs = Date.parse('2026-05-01T12:00:00Z')
  const pipeline = { depth: 3, lag_s: 2, as_of: '2026-05-01T11:59:30Z', coverage: 0.99 }
  const verdict = verdictOf(pipeline, { nowMs, coverage: 1, minutes: 15, sigma: Math.sqrt })
  assert.deepEqual(verdict, { widened: 1, withheld: false, why: '' })
})

test('old state is named also where a longer lead time makes the usual error no larger, and narrows nothing', () => {
  const nowMs = Date.parse('2026-05-01T12:00:00Z')
  const pipeline = { depth: 0, lag_s: 0, as_of: '2026-05-01T11:18:00Z', coverage: 1 }
  for (const sigma of [() => 0.05, (minutes: number) => 1 / minutes]) {
    const { widened, why } = verdictOf(pipeline, { nowMs, coverage: 1, minutes: 60, sigma })
    assert.deepEqual([widened, why], [1, 'state is 42 minutes old'])
  }
})
