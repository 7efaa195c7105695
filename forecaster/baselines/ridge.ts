/**
 * Ridge regression of the residual over the anchor: the flat row, one-hot hour, weekday and lot, and the anomaly times hour and lot, so that
 * how fast an anomaly fades may differ by both.
 */
import { columnAt } from '../features/table.ts'
import { addRow, type Normal, newNormal, solve } from './normal-equations.ts'

export interface Ridge {
  readonly columns: number
  readonly lots: number
  readonly slots: number
  readonly mean: Float64Array
  readonly weights: Float64Array
}

export interface RidgeOptions {
  readonly columns: number
  readonly lots: number
  readonly slots: number
  readonly lambda: number
}

const hours = 24

/** Sums that a ridge was fitted on, so that rows of a later week are added to them. */
export interface RidgeSums {
  readonly shape: Shape
  readonly normal: Normal
  readonly lambda: number
}

export function startRidge(table: Float32Array, truth: Float32Array, options: RidgeOptions): RidgeSums {
  const { columns, lots, slots, lambda } = options
  const shape = { columns, lots, slots, mean: meansOf(table, columns) }
  const sums = { shape, normal: newNormal(widthOf(shape), 1), lambda }
  addRidgeRows(sums, table, truth)
  return sums
}

export function addRidgeRows({ shape, normal }: RidgeSums, table: Float32Array, truth: Float32Array): void {
  const x = new Float64Array(normal.columns)
  for (let row = 0; row < truth.length; row++) {
    designRow(x, table, row, shape)
    addRow(normal, x, [truth[row] as number])
  }
}

export const solveRidge = ({ shape, normal, lambda }: RidgeSums): Ridge => ({
  ...shape,
  weights: solve(normal, lambda)[0] as Float64Array,
})

export function predictRidge(ridge: Ridge, table: Float32Array): Float32Array {
  const x = new Float64Array(ridge.weights.length)
  return Float32Array.from({ length: table.length / ridge.columns }, (_, row) => {
    designRow(x, table, row, ridge)
    let sum = 0
    for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (ridge.weights[i] as number)
    return sum
  })
}

type Shape = Pick<Ridge, 'columns' | 'lots' | 'slots' | 'mean'>
const widthOf = ({ columns, lots }: Shape) => columns + 1 + hours + 7 + lots + hours + lots

/** Missing becomes the column's mean. */
function designRow(x: Float64Array, table: Float32Array, row: number, { columns, lots, slots, mean }: Shape): void {
  x.fill(0)
  const at = row * columns
  for (let c = 0; c < columns; c++) {
    const value = table[at + c] as number
    x[c] = Number.isNaN(value) ? 0 : value - (mean[c] as number)
  }
  const hour = Math.floor(((table[at + columnAt.slot] as number) * hours) / slots)
  const lot = table[at + columnAt.lot] as number
  const anomaly = table[at + columnAt.anomaly] as number
  x[columnAt.slot] = 0
  x[columnAt.weekday] = 0
  x[columnAt.lot] = 0
  let from = columns
  x[from++] = 1
  x[from + hour] = 1
  x[from + hours + (table[at + columnAt.weekday] as number)] = 1
  from += hours + 7
  x[from + lot] = 1
  x[from + lots + hour] = anomaly
  x[from + lots + hours + lot] = anomaly
}

function meansOf(table: Float32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns)
  const counts = new Float64Array(columns)
  for (let i = 0; i < table.length; i++) {
    const value = table[i] as number
    if (Number.isNaN(value)) continue
    sums[i % columns] = (sums[i % columns] as number) + value
    counts[i % columns] = (counts[i % columns] as number) + 1
  }
  return sums.map((sum, c) => (counts[c] ? sum / (counts[c] as number) : 0))
}
