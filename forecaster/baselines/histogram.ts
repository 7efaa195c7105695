/**
 * Columns cut into at most 255 bins by their quantiles, and the histograms trees are grown from. Bin 0 is "missing".
 *
 * A cell of a histogram packs two counts into one number, so that filling it is one addition: rows, and rows with a positive gradient
 * times 2^21. With an absolute loss a gradient is only a sign, so that is all there is to know.
 */
export const binsMax = 256
export const packed = 2 ** 21

export interface Binned {
  readonly rows: number
  /** One array per column. */
  readonly bins: readonly Uint8Array[]
}

/** Upper edges of bins 1, 2, ...; a value is in the first bin whose edge is not below it. */
export type Edges = readonly Float32Array[]

export function edgesOf(table: Float32Array, columns: number, sampleRowsMax = 20_000): Edges {
  const rows = table.length / columns
  const stride = Math.max(1, Math.floor(rows / sampleRowsMax))
  return Array.from({ length: columns }, (_, column) => {
    const values: number[] = []
    for (let row = 0; row < rows; row += stride) {
      const value = table[row * columns + column] as number
      if (!Number.isNaN(value)) values.push(value)
    }
    const sorted = Float32Array.from(values).sort()
    const edges: number[] = []
    const parts = binsMax - 2
    for (let part = 1; part <= parts; part++) {
      const edge = sorted[Math.min(sorted.length - 1, Math.floor((part * sorted.length) / parts))]
      if (edge !== undefined && edge !== edges.at(-1)) edges.push(edge)
    }
    edges[Math.max(0, edges.length - 1)] = Number.POSITIVE_INFINITY
    return Float32Array.from(edges)
  })
}

export function binned(table: Float32Array, edges: Edges): Binned {
  const columns = edges.length
  const rows = table.length / columns
  const bins = edges.map((own, column) => {
    const out = new Uint8Array(rows)
    for (let row = 0; row < rows; row++) out[row] = binOf(table[row * columns + column] as number, own)
    return out
  })
  return { rows, bins }
}

function binOf(value: number, edges: Float32Array): number {
  if (Number.isNaN(value)) return 0
  let low = 0
  let high = edges.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] as number) >= value) high = middle
    else low = middle + 1
  }
  return low + 1
}

/** Room for `columns` histograms, four at a time; what is beyond the last column is never read. */
export const newHistogram = (columns: number): Float64Array => new Float64Array(Math.ceil(columns / 4) * 4 * binsMax)

/** Counts the rows of one leaf; `signs` is 1 or 1 + 2^21 by row. */
export function fillHistogram(
  histogram: Float64Array,
  { bins }: Binned,
  leaf: { readonly rows: Int32Array; readonly signs: Float64Array; readonly columns: Int32Array },
): void {
  const { rows, signs, columns } = leaf
  const own = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) own[i] = signs[rows[i] as number] as number
  histogram.fill(0)
  for (let c = 0; c < columns.length; c += 4) {
    const last = Math.min(c + 4, columns.length) - 1
    const [a, b, d, e] = [c, c + 1, c + 2, c + 3].map((k) => bins[columns[Math.min(k, last)] as number] as Uint8Array)
    fillFour(histogram, [a, b, d, e] as Four, { rows, own, at: c * binsMax })
  }
}

type Four = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/** Four columns in one pass: the row and its sign are read once, and no addition waits for the one before. */
function fillFour(
  histogram: Float64Array,
  [a, b, c, d]: Four,
  { rows, own, at }: { rows: Int32Array; own: Float64Array; at: number },
): void {
  const atB = at + binsMax
  const atC = at + 2 * binsMax
  const atD = at + 3 * binsMax
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const value = own[i] as number
    const inA = at + (a[row] as number)
    const inB = atB + (b[row] as number)
    const inC = atC + (c[row] as number)
    const inD = atD + (d[row] as number)
    histogram[inA] = (histogram[inA] as number) + value
    histogram[inB] = (histogram[inB] as number) + value
    histogram[inC] = (histogram[inC] as number) + value
    histogram[inD] = (histogram[inD] as number) + value
  }
}
