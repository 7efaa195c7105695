import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { generatedCity } from '../data/city.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { openCache } from './cache.ts'
import { countOpening, readOpenings } from './openings.ts'
import { dayOfCell, pairsOf } from './pairs.ts'
import { protocols } from './protocols.ts'
import { partsOf } from './report.ts'
import { chartSvg } from './svg.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'forecaster-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('a pair counts when origin, target, their anchors, last week and yesterday are known and both lie in the window', () => {
  const panel = generatedCity({ seed: 6, lots: 1, days: 40 })
  const rates = (panel.rates[0] as Float32Array).map((rate) => (Number.isNaN(rate) ? 0.5 : rate))
  const gap = 35 * 96 + 10
  rates[gap] = Number.NaN
  const window = { from: 34 * 96, to: 36 * 96 }
  const pairs = pairsOf(seasonalOf({ ...panel, rates: [rates] }), 4, window)
  const missing = [...pairs.mask.keys()].filter((cell) => pairs.mask[cell] === 0).map((cell) => cell + window.from)
  assert.deepEqual(missing, [gap - 4, gap, ...[4, 3, 2, 1].map((back) => window.to - back)])
  assert.equal(dayOfCell(pairs, 96), 1)
})

test('no window of a protocol reaches into the next', () => {
  for (const { trainTo, validation, test: judged, startsFrom } of Object.values(protocols)) {
    assert.ok(trainTo <= validation[0] && validation[0] < validation[1] && validation[1] <= judged[0])
    if (startsFrom) assert.ok(startsFrom.trainTo <= trainTo)
  }
})

test('what is kept is computed once, and again when a setting changes', async () => {
  let computed = 0
  const compute = async () => {
    computed++
    return { tensors: { x: { shape: [2], values: Float32Array.of(1, 2) } }, figures: { seconds: 3 } }
  }
  const first = await openCache(folder, () => {})('a', { steps: 1 }, compute)
  const second = await openCache(folder, () => {})('a', { steps: 1 }, compute)
  assert.deepEqual([computed, { ...second.tensors }, second.figures], [1, first.tensors, first.figures])
  await openCache(folder, () => {})('a', { steps: 2 }, compute)
  assert.equal(computed, 2)
})

test('every opening of a test window is counted', () => {
  const root = mkdtempSync(path.join(folder, 'root-'))
  rmSync(path.join(root, 'docs'), { recursive: true, force: true })
  countOpening(root, 'F')
  countOpening(root, 'F')
  countOpening(root, 'B')
  assert.deepEqual(
    Object.entries(readOpenings(root)).map(([name, { opened }]) => [name, opened]),
    [
      ['F', 2],
      ['B', 1],
    ],
  )
})

test('chapters of a report are found by the letter of their protocol', () => {
  const parts = partsOf('# Title\n\n## What is measured\n\ntext\n\n## F: fresh\n\ntable\n\n## B: other\n\nend\n')
  assert.deepEqual(parts, { F: '## F: fresh\n\ntable', B: '## B: other\n\nend' })
})

test('a chart has a line for every series and escapes its texts', () => {
  const svg = chartSvg({
    title: 'a < b & c',
    xTitle: 'x',
    yTitle: 'y',
    xTicks: [
      [0, '0'],
      [1, '1'],
    ],
    yMax: 2,
    lines: [
      {
        name: 'one',
        colour: '#000',
        points: [
          [0, 1],
          [1, 2],
        ],
      },
    ],
  })
  assert.equal(svg.match(/<polyline/g)?.length, 1)
  assert.match(svg, /a &lt; b &amp; c/)
})
