/** Grows the trees that are shipped, from windows of panels: a function of panels and seed. */
import { type BoostOptions, boost, boostDefaults, predictBoosted } from '../baselines/boosted-trees.ts'
import { edgesOf } from '../baselines/histogram.ts'
import { seededRandom } from '../data/random.ts'
import { quantileOf } from '../recipe/samples.ts'
import { levels } from '../scoring/quantiles.ts'
import type { GroupTrees, GrownTrees } from './grown.ts'
import { groupHours, groupOf } from './grown.ts'
import { fillTreeRow, rowColumns, similarTo } from './row.ts'
import type { TreeWindow } from './windows.ts'

export interface GrowOptions {
  readonly rows: number
  readonly trees: number
  readonly spreadTrees: number
  readonly leavesMax: number
  readonly learningRate: number
  readonly seed: number
  readonly log: (text: string) => void
}

export const growDefaults = { rows: 120_000, trees: 260, spreadTrees: 60, leavesMax: 31, learningRate: 0.08, seed: 1 }

export interface DrawnRows {
  readonly table: Float32Array
  readonly base: Float32Array
  /** Truth minus base. */
  readonly left: Float32Array
}

export function grow(windows: readonly TreeWindow[], options: GrowOptions): GrownTrees {
  return groupHours.map((_, group) => {
    const rows = drawRows(windows, { group, count: options.rows, seed: options.seed * 10 + group })
    const trees = grownGroup(rows, options)
    options.log(`trees up to ${groupHours[group]} h: ${options.rows} rows, ${trees.median.trees.length} trees`)
    return trees
  })
}

function grownGroup({ table, left }: DrawnRows, options: GrowOptions): GroupTrees {
  const { trees, spreadTrees, leavesMax, learningRate, seed } = options
  const shape: BoostOptions = { ...boostDefaults, leavesMax, learningRate, seed, columnShare: 0.5, trees }
  const before = { edges: edgesOf(table, rowColumns), trees: [] }
  const median = boost(table, left, shape, { before })
  const predicted = predictBoosted(median, table)
  const misses = left.map((value, row) => value - (predicted[row] as number))
  const spread = boost(table, misses.map(Math.abs), { ...shape, trees: spreadTrees }, { before })
  const usual = predictBoosted(spread, table)
  const normal = Float64Array.from(misses, (miss, row) => miss / Math.max(spreadMin, usual[row] as number)).sort()
  return { median, spread, away: levels.map((level) => Math.fround(level === 0.5 ? 0 : quantileOf(normal, level))) }
}
const spreadMin = 0.0015

interface Draw {
  readonly group: number
  readonly count: number
  readonly seed: number
}

/** Each row has one lead time of the group; windows are drawn by their share. */
export function drawRows(windows: readonly TreeWindow[], { group, count, seed }: Draw): DrawnRows {
  const random = seededRandom(seed)
  const table = new Float32Array(count * rowColumns)
  const base = new Float32Array(count)
  const left = new Float32Array(count)
  for (let row = 0, tries = 0; row < count; tries++) {
    if (tries > 100 * count + 10_000) throw new Error('too few known rates to grow trees on')
    const { view, from, to } = pickedWindow(windows, random())
    const { panel } = view.seasonal
    const lot = Math.floor(random() * panel.lots.length)
    const t = from + Math.floor(random() * (to - from))
    const inGroup = view.ahead.flatMap((ahead, h) => (groupOf((ahead * 24) / panel.slots) === group ? [h] : []))
    const h = inGroup[Math.floor(random() * inGroup.length)] as number
    const rates = panel.rates[lot] as Float32Array
    const truth = rates[t + (view.ahead[h] as number)] ?? Number.NaN
    if (Number.isNaN((rates[t] as number) + truth)) continue
    const days = similarTo(view.seasonal, lot, t)
    base[row] = fillTreeRow(table, row * rowColumns, { view, lot, t, h, days })
    left[row] = truth - (base[row] as number)
    row++
  }
  return { table, base, left }
}

/** `at` in 0..1, over the shares of all. */
function pickedWindow(windows: readonly TreeWindow[], at: number): TreeWindow {
  let left = at * windows.reduce((sum, { share }) => sum + share, 0)
  for (const window of windows) {
    left -= window.share
    if (left < 0) return window
  }
  return windows.at(-1) as TreeWindow
}
