import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { generatedCity } from '../data/city.ts'
import type { Panel } from '../data/panel.ts'
import { seededRandom } from '../data/random.ts'
import { fitAnchor } from '../features/anchor.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { viewOf } from '../features/view.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import { type GrowOptions, grow } from './grow.ts'
import { groupHours, groupOf } from './grown.ts'
import { fillTreeRow, rowColumns, similarTo } from './row.ts'
import { growForSite } from './site-growth.ts'
import { treeFans } from './tree-expert.ts'
import { readTrees, writeTrees } from './trees-file.ts'
import { treeWindows } from './windows.ts'

const horizons = [1, 4, 16, 48, 96]
const small: GrowOptions = {
  ...{ rows: 1_500, trees: 12, spreadTrees: 6, leavesMax: 7, learningRate: 0.2, seed: 1 },
  log() {},
}
const city = generatedCity({ seed: 3, lots: 3, days: 120, from: '2025-01-06' })
const grown = grow(treeWindows(city, { horizons, share: 1, seed: 1 }), small)

const viewFor = (panel: Panel, until: number) => {
  const seasonal = seasonalOf(panel)
  return viewOf(seasonal, fitAnchor(seasonal, horizons, { from: 28 * 96, to: until }))
}
/** The same past, another future. */
const cutAt = (panel: Panel, t: number): Panel => ({
  ...panel,
  rates: panel.rates.map((own) => own.map((rate, step) => (step > t ? 1 - rate : rate))),
})

test('a row holds nothing of what comes after its origin', () => {
  const t = 100 * 96 + 33
  const [asIs, other] = [city, cutAt(city, t)].map((panel) => {
    const view = viewFor(panel, 90 * 96)
    return horizons.map((_, h) => {
      const row = new Float32Array(rowColumns)
      const base = fillTreeRow(row, 0, { view, lot: 1, t, h, days: similarTo(view.seasonal, 1, t) })
      return [...row, base]
    })
  })
  assert.deepEqual(asIs, other)
})

test('each lead time belongs to the first group that reaches it', () => {
  assert.deepEqual([0.25, 1, 1.5, 4, 5, 12, 13, 24].map(groupOf), [0, 0, 1, 1, 2, 2, 3, 3])
  assert.equal(groupOf(30), groupHours.length - 1)
})

test('fans of the trees are ascending rates, nearer to the truth than the last rate, and silent without a rate', () => {
  const view = viewFor(city, 90 * 96)
  const places = Array.from({ length: 200 }, (_, i) => ({ lot: i % 3, t: 93 * 96 + 11 * i }))
  const fans = treeFans(view, places, { grown })
  const errors = { trees: 0, last: 0 }
  for (const [i, { lot, t }] of places.entries())
    for (const [h, horizon] of horizons.entries()) {
      const fan = fans[i]?.subarray(h * levels.length, (h + 1) * levels.length) as Float32Array
      const [now, truth] = [city.rates[lot]?.[t] as number, city.rates[lot]?.[t + horizon] as number]
      if (Number.isNaN(now)) {
        assert.ok(fan.every(Number.isNaN))
        continue
      }
      assert.ok(
        fan.every((value, k) => value >= (fan[k - 1] ?? 0) && value <= 1),
        fan.join(),
      )
      if (Number.isNaN(truth)) continue
      errors.trees += Math.abs((fan[medianAt] as number) - truth)
      errors.last += Math.abs(now - truth)
    }
  assert.ok(errors.trees < 0.7 * errors.last, JSON.stringify(errors))
})

test('trees are the same after they were written and read', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trees-'))
  const file = path.join(folder, 'trees.safetensors')
  writeTrees(file, { grown, leavesMax: small.leavesMax, dataHash: 'abc', about: 'of a test' })
  const read = readTrees(file)
  rmSync(folder, { recursive: true })
  const view = viewFor(city, 90 * 96)
  const places = [{ lot: 0, t: 95 * 96 }]
  assert.deepEqual(treeFans(view, places, read), treeFans(view, places, { grown }))
  assert.equal(read.dataHash, 'abc')
})

test('trees of a site know nothing of what comes after their week began', async () => {
  const until = 60 * 96
  const growth = (panel: Panel) =>
    growForSite({ view: viewFor(panel, until), grown, until, rowsMax: 2_000, treesMax: 3, isWanted: () => true })
  const [site, other] = await Promise.all([growth(city), growth(cutAt(city, until))])
  assert.ok(site)
  assert.deepEqual(site, other)
  const view = viewFor(city, until)
  const places = [{ lot: 2, t: 70 * 96 }]
  assert.notDeepEqual(treeFans(view, places, { grown, site }), treeFans(view, places, { grown }))
})

test('growing for a site stops when it is not wanted any more, and does not begin with a few hours of history', async () => {
  const view = viewFor(city, 60 * 96)
  assert.equal(await growForSite({ view, grown, until: 60 * 96, isWanted: () => false }), undefined)
  assert.equal(await growForSite({ view, grown, until: 4 * 96, isWanted: () => true }), undefined)
})

test('a site of which few pairs of rates are known grows no trees from fewer rows than teach anything', async () => {
  const until = 60 * 96
  const random = seededRandom(5)
  const rates = city.rates.map((own) => own.map((rate) => (random() < 0.2 ? rate : Number.NaN)))
  const view = viewFor({ ...city, rates }, until)
  assert.ok(
    rates.flatMap((own) => [...own.subarray(0, until)]).filter((rate) => !Number.isNaN(rate)).length * 0.6 > 2_000,
  )
  assert.equal(await growForSite({ view, grown, until, treesMax: 1, isWanted: () => true }), undefined)
})
