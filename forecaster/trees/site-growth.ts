/**
 * Trees of a site's own history: grown on what the shipped trees left over, once a week, from what was known when the week began. So a replay of
 * past weeks asks trees that had not seen them. Tree by tree beside the answers; a function of the history, so a restarted process grows them
 * again.
 */
import { setImmediate } from 'node:timers/promises'
import { boostDefaults, newBoosting, predictBoosted } from '../baselines/boosted-trees.ts'
import { type Random, seededRandom } from '../data/random.ts'
import type { View } from '../features/view.ts'
import { type GrownTrees, groupHours, groupOf, type SiteTrees } from './grown.ts'
import { fillTreeRow, rowColumns, similarTo } from './row.ts'
import { withLots } from './tree-expert.ts'

export interface SiteGrowth {
  readonly view: View
  readonly grown: GrownTrees
  /** Nothing from this step on is looked at. */
  readonly until: number
  /** By group, at most. */
  readonly rowsMax?: number
  readonly treesMax?: number
  /** False: not wanted any more. */
  isWanted(): boolean
}

/** Seconds of a core a week. */
const usualMost = { rows: 16_000, trees: 60 } as const
const siteOptions = {
  ...boostDefaults,
  ...{ leavesMax: 15, leafRowsMin: 120, learningRate: 0.05, columnShare: 0.5, rowShare: 0.5 },
}
/** Fewer rows teach nothing that the shipped trees do not know. */
const rowsMin = 2_000
/** Share of all known rates of a group that become rows, where there are few. */
const drawShare = 0.6
const rowsAtOnce = 200

/** Undefined when it was not wanted any more, or there is too little to learn from. */
export async function growForSite(growth: SiteGrowth): Promise<SiteTrees | undefined> {
  const groups: SiteTrees[number][] = []
  for (const group of groupHours.keys()) {
    if (horizonsOf(growth.view, group).length === 0) {
      groups.push(noTrees)
      continue
    }
    const rows = await drawn(growth, group)
    if (!rows) return undefined
    const growing = newBoosting(rows.table, rows.left, { ...siteOptions, seed: 7 + group })
    for (let i = 0; i < (growth.treesMax ?? usualMost.trees); i++) {
      growing.addNext()
      await setImmediate()
      if (!growth.isWanted()) return undefined
    }
    groups.push(growing.model)
  }
  return groups
}

/** Of a group that nothing is asked of. */
const noTrees: SiteTrees[number] = { edges: [], trees: [] }

interface Rows {
  readonly table: Float32Array
  /** Truth minus what the shipped trees say. */
  readonly left: Float32Array
}

async function drawn(growth: SiteGrowth, group: number): Promise<Rows | undefined> {
  const { view, grown, until } = growth
  const count = rowCount(view, { until, most: growth.rowsMax ?? usualMost.rows })
  if (count < rowsMin) return undefined
  const drawing = { until, random: seededRandom(1_000 + group), inGroup: horizonsOf(view, group) }
  const table = new Float32Array(count * rowColumns)
  const left = new Float32Array(count)
  const lots = new Int32Array(count)
  let row = 0
  let tries = 0
  while (row < count && tries < 20 * count) {
    const from = row
    for (; row < Math.min(count, from + rowsAtOnce) && tries < 20 * count; tries++) {
      const place = drawnPlace(view, drawing)
      if (!place) continue
      const { lot, t, h, truth } = place
      const days = similarTo(view.seasonal, lot, t)
      left[row] = truth - fillTreeRow(table, row * rowColumns, { view, lot, t, h, days })
      lots[row++] = lot
    }
    const trees = grown[group]
    const predicted = trees && predictBoosted(trees.median, table.subarray(from * rowColumns, row * rowColumns))
    for (let i = from; i < row; i++) left[i] = (left[i] as number) - (predicted?.[i - from] ?? 0)
    await setImmediate()
    if (!growth.isWanted()) return undefined
  }
  // Where few rates are known, few draws find two of them.
  if (row < rowsMin) return undefined
  return { table: withLots(table.subarray(0, row * rowColumns), lots.subarray(0, row)), left: left.slice(0, row) }
}

const horizonsOf = ({ anchor, seasonal }: View, group: number): number[] =>
  anchor.horizons.flatMap((steps, h) => (groupOf((steps * 24) / seasonal.panel.slots) === group ? [h] : []))

function rowCount({ seasonal: { panel } }: View, { until, most }: { until: number; most: number }): number {
  let known = 0
  for (const own of panel.rates) for (let t = 0; t < until; t++) if (!Number.isNaN(own[t] as number)) known++
  return Math.min(most, Math.floor(drawShare * known))
}

interface Drawing {
  readonly until: number
  readonly random: Random
  readonly inGroup: readonly number[]
}

function drawnPlace({ seasonal: { panel }, ahead }: View, { until, random, inGroup }: Drawing) {
  const lot = Math.floor(random() * panel.lots.length)
  const t = Math.floor(random() * until)
  const h = inGroup[Math.floor(random() * inGroup.length)] as number
  const target = t + (ahead[h] as number)
  const rates = panel.rates[lot] as Float32Array
  if (target >= until || Number.isNaN((rates[t] as number) + (rates[target] as number))) return undefined
  // Of the very first hours nothing is known that a row could hold.
  if (t < panel.slots) return undefined
  return { lot, t, h, truth: rates[target] as number }
}
