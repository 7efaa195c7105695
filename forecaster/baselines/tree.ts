/** One regression tree on signs, grown leaf by leaf where it gains most. */
import { type Binned, binsMax, fillHistogram, newHistogram, packed } from './histogram.ts'

export interface Tree {
  /** By node; a leaf has column -1. Rows with a bin of at most `bin` go left. */
  readonly column: Int16Array
  readonly bin: Uint8Array
  readonly left: Int16Array
  readonly right: Int16Array
  readonly value: Float32Array
}

export interface GrowOptions {
  readonly leavesMax: number
  readonly leafRowsMin: number
  /** Shrinks gains of small leaves. */
  readonly l2: number
  readonly columns: Int32Array
}

interface Leaf {
  readonly node: number
  readonly rows: Int32Array
  readonly histogram: Float64Array
  readonly split: Split | undefined
}

interface Split {
  readonly gain: number
  readonly column: number
  readonly bin: number
}

/** Leaves come with their rows, so that the caller sets their values. */
export interface Grown {
  readonly tree: Tree
  readonly leaves: readonly { readonly node: number; readonly rows: Int32Array }[]
}

export function growTree(data: Binned, signs: Float64Array, rows: Int32Array, options: GrowOptions): Grown {
  const nodes = 2 * options.leavesMax - 1
  const tree = {
    column: new Int16Array(nodes).fill(-1),
    bin: new Uint8Array(nodes),
    left: new Int16Array(nodes),
    right: new Int16Array(nodes),
    value: new Float32Array(nodes),
  }
  const rootHistogram = newHistogram(options.columns.length)
  fillHistogram(rootHistogram, data, { rows, signs, columns: options.columns })
  const leaves: Leaf[] = [{ node: 0, rows, histogram: rootHistogram, split: bestSplit(rootHistogram, options) }]
  let used = 1
  while (leaves.length < options.leavesMax) {
    let best = -1
    for (const [i, { split }] of leaves.entries())
      if (split && (best < 0 || split.gain > (leaves[best]?.split?.gain ?? 0))) best = i
    const leaf = leaves[best]
    if (!leaf?.split) break
    const { column, bin } = leaf.split
    tree.column[leaf.node] = options.columns[column] as number
    tree.bin[leaf.node] = bin
    tree.left[leaf.node] = used
    tree.right[leaf.node] = used + 1
    const parts = partition(leaf.rows, data.bins[options.columns[column] as number] as Uint8Array, bin)
    const smaller = parts.left.length <= parts.right.length ? parts.left : parts.right
    const histogram = newHistogram(options.columns.length)
    fillHistogram(histogram, data, { rows: smaller, signs, columns: options.columns })
    const other = leaf.histogram
    for (let i = 0; i < other.length; i++) other[i] = (other[i] as number) - (histogram[i] as number)
    const child = (node: number, own: Int32Array): Leaf => {
      const mine = own === smaller ? histogram : other
      return { node, rows: own, histogram: mine, split: bestSplit(mine, options) }
    }
    leaves[best] = child(used, parts.left)
    leaves.push(child(used + 1, parts.right))
    used += 2
  }
  return { tree, leaves }
}

function partition(rows: Int32Array, column: Uint8Array, bin: number): { left: Int32Array; right: Int32Array } {
  const left = new Int32Array(rows.length)
  const right = new Int32Array(rows.length)
  let l = 0
  let r = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if ((column[row] as number) <= bin) left[l++] = row
    else right[r++] = row
  }
  return { left: left.slice(0, l), right: right.slice(0, r) }
}

function bestSplit(histogram: Float64Array, { leafRowsMin, l2, columns }: GrowOptions): Split | undefined {
  let best: Split | undefined
  let all = 0
  for (let b = 0; b < binsMax; b++) all += histogram[b] as number
  const positive = Math.floor(all / packed)
  const count = all - positive * packed
  const sum = 2 * positive - count
  const whole = (sum * sum) / (count + l2)
  if (count < 2 * leafRowsMin) return undefined
  for (let c = 0; c < columns.length; c++) {
    let before = 0
    for (let b = 0; b < binsMax - 1; b++) {
      const cell = histogram[c * binsMax + b] as number
      if (cell === 0) continue
      before += cell
      const positiveLeft = Math.floor(before / packed)
      const left = before - positiveLeft * packed
      const right = count - left
      if (left < leafRowsMin) continue
      if (right < leafRowsMin) break
      const sumLeft = 2 * positiveLeft - left
      const sumRight = sum - sumLeft
      const gain = (sumLeft * sumLeft) / (left + l2) + (sumRight * sumRight) / (right + l2) - whole
      if (gain > (best?.gain ?? 1e-9)) best = { gain, column: c, bin: b }
    }
  }
  return best
}

export function addTree(tree: Tree, data: Binned, into: Float32Array): void {
  const { column, bin, left, right, value } = tree
  for (let row = 0; row < into.length; row++) {
    let node = 0
    for (let c = column[0] as number; c >= 0; c = column[node] as number)
      node =
        ((data.bins[c] as Uint8Array)[row] as number) <= (bin[node] as number)
          ? (left[node] as number)
          : (right[node] as number)
    into[row] = (into[row] as number) + (value[node] as number)
  }
}
