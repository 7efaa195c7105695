/** Expert: boosted trees. Those that are shipped read a row that means the same everywhere; those of the site's own weeks correct them. */
import { predictBoosted } from '../baselines/boosted-trees.ts'
import type { View } from '../features/view.ts'
import type { Fan } from '../recipe/origin.ts'
import { newFan } from '../recipe/origin.ts'
import { levels } from '../scoring/quantiles.ts'
import { type GrownTrees, groupOf, quantilesOf, type SiteTrees } from './grown.ts'
import { fillTreeRow, rowColumns, similarTo } from './row.ts'

export interface TreePlace {
  readonly lot: number
  /** Origin, in steps of the panel; without a known rate there the trees are silent. */
  readonly t: number
}

export interface Trees {
  readonly grown: GrownTrees
  /** Absent: none are grown yet. */
  readonly site?: SiteTrees | undefined
}

/** A row of a table, and where its quantiles belong. */
interface Row {
  readonly place: number
  readonly h: number
}

/** One fan by place. */
export function treeFans(view: View, places: readonly TreePlace[], { grown, site }: Trees): Fan[] {
  const horizons = view.ahead.length
  const fans = places.map(() => newFan(horizons))
  const hoursOf = (h: number) => ((view.anchor.horizons[h] as number) * 24) / view.seasonal.panel.slots
  const known = places.map(({ lot, t }) => !Number.isNaN(view.seasonal.panel.rates[lot]?.[t] ?? Number.NaN))
  const similar = places.map(({ lot, t }, place) => (known[place] ? similarTo(view.seasonal, lot, t) : []))
  for (const [group, trees] of grown.entries()) {
    const rows = view.ahead.flatMap((_, h) =>
      groupOf(hoursOf(h)) === group ? places.flatMap((_, place): Row[] => (known[place] ? [{ place, h }] : [])) : [],
    )
    if (rows.length === 0) continue
    const table = new Float32Array(rows.length * rowColumns)
    const base = new Float32Array(rows.length)
    for (const [row, { place, h }] of rows.entries()) {
      const { lot, t } = places[place] as TreePlace
      base[row] = fillTreeRow(table, row * rowColumns, { view, lot, t, h, days: similar[place] ?? [] })
    }
    const ownTrees = site?.[group]
    const lots = rows.map(({ place }) => (places[place] as TreePlace).lot)
    const own = ownTrees && predictBoosted(ownTrees, withLots(table, lots))
    const predicted = quantilesOf(trees, { table, base, own })
    for (const [row, { place, h }] of rows.entries())
      fans[place]?.set(predicted.subarray(row * levels.length, (row + 1) * levels.length), h * levels.length)
  }
  return fans
}

/** Rows with the number of their lot behind them. */
export function withLots(table: Float32Array, lots: ArrayLike<number>): Float32Array {
  const columns = rowColumns + 1
  const out = new Float32Array(lots.length * columns)
  for (let row = 0; row < lots.length; row++) {
    out.set(table.subarray(row * rowColumns, (row + 1) * rowColumns), row * columns)
    out[row * columns + rowColumns] = lots[row] as number
  }
  return out
}
