/** Least squares with a ridge: (X'X + lambda n D) w = X'y, D the mean squares of the columns, so that lambda has no unit. */
export interface Normal {
  readonly columns: number
  /** Lower triangle of X'X by rows, whole square stored. */
  readonly square: Float64Array
  /** X'y, one array per right side. */
  readonly products: readonly Float64Array[]
  rows: number
}

export const newNormal = (columns: number, sides: number): Normal => ({
  columns,
  square: new Float64Array(columns * columns),
  products: Array.from({ length: sides }, () => new Float64Array(columns)),
  rows: 0,
})

/** `sides` that are NaN leave the row out for all: one design, one solution each. */
export function addRow(normal: Normal, x: Float64Array, sides: readonly number[]): void {
  const { columns, square, products } = normal
  for (let i = 0; i < columns; i++) {
    const value = x[i] as number
    if (value === 0) continue
    const row = i * columns
    for (let j = 0; j <= i; j++) square[row + j] = (square[row + j] as number) + value * (x[j] as number)
    for (let s = 0; s < products.length; s++) {
      const product = products[s] as Float64Array
      product[i] = (product[i] as number) + value * (sides[s] as number)
    }
  }
  normal.rows++
}

export function solve({ columns, square, products }: Normal, lambda: number): Float64Array[] {
  const lower = square.slice()
  for (let i = 0; i < columns; i++) {
    const own = lower[i * columns + i] as number
    lower[i * columns + i] = own + lambda * own + 1e-9
  }
  for (let i = 0; i < columns; i++)
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * columns + j] as number
      for (let k = 0; k < j; k++) sum -= (lower[i * columns + k] as number) * (lower[j * columns + k] as number)
      if (i === j) lower[i * columns + i] = Math.sqrt(Math.max(sum, 1e-12))
      else lower[i * columns + j] = sum / (lower[j * columns + j] as number)
    }
  return products.map((product) => substitute(lower, product, columns))
}

function substitute(lower: Float64Array, product: Float64Array, columns: number): Float64Array {
  const out = product.slice()
  for (let i = 0; i < columns; i++) {
    let sum = out[i] as number
    for (let k = 0; k < i; k++) sum -= (lower[i * columns + k] as number) * (out[k] as number)
    out[i] = sum / (lower[i * columns + i] as number)
  }
  for (let i = columns - 1; i >= 0; i--) {
    let sum = out[i] as number
    for (let k = i + 1; k < columns; k++) sum -= (lower[k * columns + i] as number) * (out[k] as number)
    out[i] = sum / (lower[i * columns + i] as number)
  }
  return out
}
