/**
 * Trees and ridge on the residual over the anchor, fed with what the network is fed. In a walked window both are updated as the network is:
 * ridge each week on all rows so far, trees every four weeks by a few more trees on the rows of the fit and, drawn more densely, all since. New
 * trees on new rows alone forget: a day ahead they were worse with every update. The trees without updates are listed too.
 */
import {
  type Boosted,
  boost,
  boostDefaults,
  packTrees,
  predictBoosted,
  unpackTrees,
} from '../baselines/boosted-trees.ts'
import { addRidgeRows, predictRidge, type RidgeSums, solveRidge, startRidge } from '../baselines/ridge.ts'
import { stepOf } from '../data/panel.ts'
import { columnsOf } from '../features/table.ts'
import { arraysOf, type Cache, keptArrays } from './cache.ts'
import type { Method } from './method.ts'
import { type Pairs, pairsOf } from './pairs.ts'
import type { Setting } from './setting.ts'
import { type Rows, rowsOf } from './tables.ts'
import { type Week, weeksOf } from './weeks.ts'

export interface FitOptions {
  readonly trees: number
  /** More trees every `updateWeeks`. */
  readonly moreTrees: number
}

export const fitDefaults: FitOptions = { trees: 600, moreTrees: 30 }
const updateWeeks = 4
/** Share of the rows since the fit that updates see. */
const newRowShare = 0.5
const columnShare = 0.5
const ridgeLambda = 1e-4

export async function fittedMethods(setting: Setting, options: FitOptions, cache: Cache): Promise<Method[]> {
  const { protocol, split } = setting
  const names = protocol.walked ? ['ridge', 'trees', 'trees, frozen'] : ['ridge', 'trees']
  const made: Method[] = names.map((name) => ({ name, point: [] }))
  const all: Float32Array[][] = names.map(() => [])
  let seconds = 0
  for (const [h, horizon] of protocol.horizons.entries()) {
    const kept = await cache(
      `${protocol.name}-${split}-fitted-${horizon}`,
      [protocol, split, options, ...(protocol.walked ? [updateWeeks, newRowShare] : []), 'fitted-2'],
      async () => {
        const started = performance.now()
        const arrays = await fitHorizon({ setting, h, options, cache })
        return { tensors: keptArrays(arrays), figures: { seconds: (performance.now() - started) / 1000 } }
      },
    )
    seconds += kept.figures['seconds'] ?? 0
    for (const [i, values] of arraysOf(kept.tensors, names.length).entries()) all[i]?.push(values)
  }
  return made.map((method, i) => ({ ...method, point: all[i] ?? [], minutes: seconds / 60 }))
}

interface Fitting {
  readonly setting: Setting
  readonly h: number
  readonly options: FitOptions
  readonly cache: Cache
}

/** Kept by what they were fitted to: validation and test of a frozen protocol share them. */
export async function firstTrees({ setting, h, options, cache }: Fitting, known?: Rows): Promise<Boosted> {
  const { protocol, fit } = setting
  const { rowsFrom } = protocol
  const since = rowsFrom ? [rowsFrom] : []
  const settings = [fit, protocol.rowShare, protocol.horizons[h], options.trees, columnShare, boostDefaults, ...since]
  const { tensors } = await cache(`${protocol.name}-trees-${protocol.horizons[h]}`, settings, async () => {
    const rows = known ?? fitRows(setting, h)
    const packed = packTrees(boost(rows.table, rows.residual, { ...boostDefaults, trees: options.trees, columnShare }))
    const arrays = {
      nodes: packed.nodes,
      ...Object.fromEntries(packed.edges.map((values, c) => [`edges${c}`, values])),
    }
    const named = Object.entries(arrays).map(([name, values]) => [name, { shape: [values.length], values }])
    return { tensors: Object.fromEntries(named), figures: {} }
  })
  const edges = Array.from({ length: columnsOf(setting.view) }, (_, c) => tensors[`edges${c}`]?.values as Float32Array)
  return unpackTrees(edges, tensors['nodes']?.values as Float32Array, boostDefaults.leavesMax)
}

/** Ridge, trees, and in a walked window the trees left as they were; each by cell of the window. */
async function fitHorizon({ setting, h, options, cache }: Fitting): Promise<Float32Array[]> {
  const { protocol, view, window, known } = setting
  const pairs = known[h] as Pairs
  const rows = fitRows(setting, h)
  const shape = { columns: columnsOf(view), lots: pairs.lots, slots: pairs.slots, lambda: ridgeLambda }
  const sums = startRidge(rows.table, rows.residual, shape)
  const first = await firstTrees({ setting, h, options, cache }, rows)
  const out = Array.from({ length: protocol.walked ? 3 : 2 }, () =>
    new Float32Array(pairs.mask.length).fill(Number.NaN),
  )
  const place = { setting, h, pairs, out }
  const weeks = weeksOf(setting)
  forecastStretch(place, { from: window.from, to: weeks[0]?.from ?? window.to }, { sums, trees: first, frozen: first })
  let trees = first
  for (const week of weeks) {
    if (week.index > 0) trees = updated({ setting, h, sums, trees, options, rows }, week)
    forecastStretch(place, week, { sums, trees, frozen: first })
  }
  return out
}

function fitRows({ protocol, panel, seasonal, view, fit }: Setting, h: number): Rows {
  const from = protocol.rowsFrom ? stepOf(panel, protocol.rowsFrom) : fit.from
  const training = pairsOf(seasonal, protocol.horizons[h] as number, { from, to: fit.to })
  return rowsOf(view, training, h, (cell) => kept(cell, protocol.rowShare))
}

/** Whether a cell is among the given share; the same cells for every horizon and run. */
const kept = (cell: number, share: number) => Math.imul(cell, 0x9e3779b1) >>> 0 < share * 2 ** 32

interface Updating {
  readonly setting: Setting
  readonly h: number
  readonly sums: RidgeSums
  readonly trees: Boosted
  readonly options: FitOptions
  /** Of the fit. */
  readonly rows: Rows
}

/** The last week's rows go to the ridge; now and then all rows to new trees. All targets lie before the week. */
function updated({ setting, h, sums, trees, options, rows }: Updating, { index, from: now }: Week): Boosted {
  const { seasonal, view, panel, protocol, fit } = setting
  const horizon = protocol.horizons[h] as number
  const rowsSince = (from: number, share: number) =>
    rowsOf(view, pairsOf(seasonal, horizon, { from, to: now }), h, (cell) => kept(cell, share))
  const lastWeek = rowsSince(now - 7 * panel.slots, protocol.rowShare)
  addRidgeRows(sums, lastWeek.table, lastWeek.residual)
  if (index % updateWeeks !== 0) return trees
  const since = rowsSince(fit.to, newRowShare)
  const table = joined(rows.table, since.table)
  const more = { ...boostDefaults, trees: options.moreTrees, columnShare }
  return boost(table, joined(rows.residual, since.residual), more, { before: trees })
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

interface Stretch {
  readonly setting: Setting
  readonly h: number
  readonly pairs: Pairs
  readonly out: readonly Float32Array[]
}

function forecastStretch(
  { setting, h, pairs, out }: Stretch,
  { from, to }: { from: number; to: number },
  { sums, trees, frozen }: { sums: RidgeSums; trees: Boosted; frozen: Boosted },
): void {
  const first = (from - pairs.from) * pairs.lots
  const last = (to - pairs.from) * pairs.lots
  const rows = rowsOf(setting.view, pairs, h, (cell) => cell >= first && cell < last)
  if (rows.cells.length === 0) return
  place(rows, predictRidge(solveRidge(sums), rows.table), out[0])
  place(rows, predictBoosted(trees, rows.table), out[1])
  if (out[2]) place(rows, trees === frozen ? undefined : predictBoosted(frozen, rows.table), out[2], out[1])
}

/** Anchor plus residual, within 0..1; without residuals a copy of `same`. */
function place(
  rows: Rows,
  residual: Float32Array | undefined,
  out: Float32Array | undefined,
  same?: Float32Array,
): void {
  for (const [i, cell] of rows.cells.entries())
    if (out)
      out[cell] = residual
        ? Math.min(1, Math.max(0, (rows.anchor[i] as number) + (residual[i] as number)))
        : (same?.[cell] as number)
}
