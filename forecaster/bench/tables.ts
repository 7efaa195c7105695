/** Rows of the flat table for cells of a window, and the residual over the anchor that trees and ridge are fitted to. */

import { arAnomaly } from '../baselines/naive.ts'
import { columnsOf, fillRow } from '../features/table.ts'
import type { View } from '../features/view.ts'
import { lotOfCell, originOfCell, type Pairs } from './pairs.ts'

export interface Rows {
  readonly table: Float32Array
  readonly cells: Int32Array
  readonly anchor: Float32Array
  /** Truth minus anchor. */
  readonly residual: Float32Array
}

/** `keep` selects cells, so that a fit can use every fourth. */
export function rowsOf(view: View, pairs: Pairs, h: number, keep: (cell: number) => boolean = () => true): Rows {
  const picked: number[] = []
  for (let cell = 0; cell < pairs.mask.length; cell++) if (pairs.mask[cell] === 1 && keep(cell)) picked.push(cell)
  const columns = columnsOf(view)
  const rows = picked.length
  const table = new Float32Array(rows * columns)
  const anchor = new Float32Array(rows)
  const residual = new Float32Array(rows)
  const phi = view.anchor.phi[h] as number
  for (let row = 0; row < rows; row++) {
    const cell = picked[row] as number
    const [lot, t] = [lotOfCell(pairs, cell), originOfCell(pairs, cell)]
    fillRow(table, row * columns, { view, lot, t, h })
    anchor[row] = arAnomaly(view.seasonal, { lot, t, horizon: pairs.horizon }, phi)
    residual[row] = (pairs.truth[cell] as number) - (anchor[row] as number)
  }
  return { table, cells: Int32Array.from(picked), anchor, residual }
}
