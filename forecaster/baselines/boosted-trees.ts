/**
 * Gradient boosting of histogram trees for the absolute error: each tree follows the signs of what is left over, each leaf takes the median
 * of it. Small and in this repository, so that the strongest baseline needs no library and runs wherever the network runs.
 */
import { type Random, seededRandom, shuffled } from '../data/random.ts'
import { type Binned, binned, type Edges, edgesOf, packed } from './histogram.ts'
import { addTree, growTree, type Tree } from './tree.ts'

export interface BoostOptions {
  readonly trees: number
  readonly learningRate: number
  readonly leavesMax: number
  readonly leafRowsMin: number
  readonly l2: number
  /** Shares of rows and columns each tree sees. */
  readonly rowShare: number
  readonly columnShare: number
  readonly seed: number
}

/** Tuned on the validation window of Muenster; see docs/forecast-trials.md. */
export const boostDefaults: BoostOptions = {
  trees: 600,
  learningRate: 0.06,
  leavesMax: 31,
  leafRowsMin: 100,
  l2: 1,
  rowShare: 0.5,
  columnShare: 1,
  seed: 1,
}

export interface Boosted {
  readonly edges: Edges
  readonly trees: readonly Tree[]
}

interface More {
  readonly before?: Boosted
  readonly onTree?: (trees: readonly Tree[]) => void
}

/** `table` has `truth.length` rows. `before`: trees of earlier, continued with their bins. `onTree` sees the model grow. */
export function boost(table: Float32Array, truth: Float32Array, options: BoostOptions, more: More = {}): Boosted {
  const growing = newBoosting(table, truth, options, more.before)
  for (let i = 0; i < options.trees; i++) {
    growing.addNext()
    more.onTree?.(growing.model.trees)
  }
  return growing.model
}

export interface Boosting {
  readonly model: Boosted
  addNext(): void
}

/** Tree by tree, so that a process can answer in between. */
export function newBoosting(
  table: Float32Array,
  truth: Float32Array,
  options: BoostOptions,
  before?: Boosted,
): Boosting {
  const edges = before?.edges ?? edgesOf(table, table.length / truth.length)
  const data = binned(table, edges)
  const trees = [...(before?.trees ?? [])]
  const fitted = new Float32Array(truth.length)
  for (const tree of trees) addTree(tree, data, fitted)
  const random = seededRandom(options.seed + trees.length)
  const signs = new Float64Array(truth.length)
  const everyRow = Int32Array.from(truth.keys())
  return {
    model: { edges, trees },
    addNext() {
      trees.push(nextTree({ data, truth, fitted, signs, everyRow, random, options }))
    },
  }
}

interface State {
  readonly data: Binned
  readonly truth: Float32Array
  /** Sum of the trees so far; the next tree is added to it. */
  readonly fitted: Float32Array
  readonly signs: Float64Array
  readonly everyRow: Int32Array
  readonly random: Random
  readonly options: BoostOptions
}

function nextTree({ data, truth, fitted, signs, everyRow, random, options }: State): Tree {
  for (let i = 0; i < truth.length; i++) signs[i] = (truth[i] as number) > (fitted[i] as number) ? 1 + packed : 1
  const rows = options.rowShare < 1 ? rowsFor(truth.length, options.rowShare, random) : everyRow
  const order = shuffled(data.bins.length, random)
  const columns = order.slice(0, Math.max(1, Math.round(order.length * options.columnShare))).sort()
  const { tree, leaves } = growTree(data, signs, rows, { ...options, columns })
  for (const leaf of leaves) {
    const left = new Float32Array(leaf.rows.length)
    for (let i = 0; i < left.length; i++) {
      const row = leaf.rows[i] as number
      left[i] = (truth[row] as number) - (fitted[row] as number)
    }
    tree.value[leaf.node] = options.learningRate * medianOf(left)
  }
  addTree(tree, data, fitted)
  return tree
}

function rowsFor(length: number, share: number, random: Random): Int32Array {
  const rows = new Int32Array(length)
  let count = 0
  for (let i = 0; i < length; i++) if (random() < share) rows[count++] = i
  return rows.slice(0, count)
}

/** Lower median, by quickselect; shuffles `values`. */
export function medianOf(values: Float32Array): number {
  const middle = (values.length - 1) >> 1
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number
    let i = low
    let j = high
    while (i <= j) {
      while ((values[i] as number) < pivot) i++
      while ((values[j] as number) > pivot) j--
      if (i > j) break
      const kept = values[i] as number
      values[i++] = values[j] as number
      values[j--] = kept
    }
    if (middle <= j) high = j
    else if (middle >= i) low = i
    else break
  }
  return values[middle] as number
}

export function predictBoosted({ edges, trees }: Boosted, table: Float32Array): Float32Array {
  const data = binned(table, edges)
  const out = new Float32Array(data.rows)
  for (const tree of trees) addTree(tree, data, out)
  return out
}

/** As plain arrays of numbers, to be kept in a file. */
export function packTrees({ edges, trees }: Boosted): {
  readonly edges: readonly Float32Array[]
  readonly nodes: Float32Array
} {
  const width = trees[0]?.column.length ?? 0
  const nodes = new Float32Array(trees.length * 5 * width)
  for (const [i, { column, bin, left, right, value }] of trees.entries())
    for (const [part, values] of [column, bin, left, right, value].entries()) nodes.set(values, (i * 5 + part) * width)
  return { edges, nodes }
}

export function unpackTrees(edges: Edges, nodes: Float32Array, leavesMax: number): Boosted {
  const width = 2 * leavesMax - 1
  const trees = Array.from({ length: nodes.length / 5 / width }, (_, i): Tree => {
    const part = (k: number) => nodes.subarray((i * 5 + k) * width, (i * 5 + k + 1) * width)
    return {
      column: Int16Array.from(part(0)),
      bin: Uint8Array.from(part(1)),
      left: Int16Array.from(part(2)),
      right: Int16Array.from(part(3)),
      value: part(4).slice(),
    }
  })
  return { edges, trees }
}
