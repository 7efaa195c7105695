/**
 * Paired bootstrap over days: is A better than B, or was it the days? Whole days are drawn with replacement, because errors of one day hang
 * together; both methods are judged on the same days of every draw.
 */
import { type Random, seededRandom } from '../data/random.ts'

export interface DaySums {
  /** Sum of errors by day, one array per method, and how many cells each day had. */
  readonly a: Float64Array
  readonly b: Float64Array
  readonly cells: Float64Array
}

export interface Interval {
  /** Mean error of A minus that of B; negative: A is better. */
  readonly difference: number
  readonly low: number
  readonly high: number
}

export function absoluteErrorsByDay(
  a: Float32Array,
  b: Float32Array,
  cells: { truth: Float32Array; mask: Uint8Array; days: number; dayOf: (cell: number) => number },
): DaySums {
  const sums = { a: new Float64Array(cells.days), b: new Float64Array(cells.days), cells: new Float64Array(cells.days) }
  for (let i = 0; i < cells.mask.length; i++) {
    if (cells.mask[i] !== 1) continue
    const day = cells.dayOf(i)
    const truth = cells.truth[i] as number
    sums.a[day] = (sums.a[day] as number) + Math.abs((a[i] as number) - truth)
    sums.b[day] = (sums.b[day] as number) + Math.abs((b[i] as number) - truth)
    sums.cells[day] = (sums.cells[day] as number) + 1
  }
  return sums
}

/** So many days in a row are drawn together: errors of a day hang together with those of its neighbours. */
export interface BootstrapOptions {
  readonly draws?: number
  readonly seed?: number
  readonly blockDays?: number
}

/** As many days as there are, in blocks of neighbours; the last day is followed by the first, so that each is drawn as often. */
function drawnDays(days: Int32Array, random: Random, blockDays: number): Int32Array {
  const drawn = new Int32Array(days.length)
  for (let i = 0; i < drawn.length; i += blockDays) {
    const first = Math.floor(random() * days.length)
    for (let j = 0; j < blockDays && i + j < drawn.length; j++) drawn[i + j] = days[(first + j) % days.length] as number
  }
  return drawn
}

/** Middle 95 % of `draws`. */
export function pairedBootstrap(
  { a, b, cells }: DaySums,
  { draws = 1000, seed = 1, blockDays = 1 }: BootstrapOptions = {},
): Interval {
  const random = seededRandom(seed)
  const days = Int32Array.from(cells.keys()).filter((day) => (cells[day] as number) > 0)
  const differences = Float64Array.from({ length: draws }, () => {
    let sum = 0
    let count = 0
    for (const day of drawnDays(days, random, blockDays)) {
      sum += (a[day] as number) - (b[day] as number)
      count += cells[day] as number
    }
    return sum / count
  }).sort()
  let sum = 0
  let count = 0
  for (const day of days) {
    sum += (a[day] as number) - (b[day] as number)
    count += cells[day] as number
  }
  return {
    difference: sum / count,
    low: differences[Math.floor(draws * 0.025)] as number,
    high: differences[Math.ceil(draws * 0.975) - 1] as number,
  }
}

/** Ratio of A's error to B's, geometric mean over several sets judged on the same days; below 1: A is better. */
export function pairedGeometricBootstrap(
  sets: readonly DaySums[],
  { draws = 1000, seed = 1, blockDays = 1 }: BootstrapOptions = {},
): Interval {
  const random = seededRandom(seed)
  const length = sets[0]?.cells.length ?? 0
  const days = Int32Array.from({ length }, (_, day) => day).filter((day) =>
    sets.some(({ cells }) => (cells[day] as number) > 0),
  )
  const ratio = (picked: ArrayLike<number>) => {
    let logs = 0
    for (const { a, b } of sets) {
      let over = 0
      let under = 0
      for (let i = 0; i < picked.length; i++) {
        over += a[picked[i] as number] as number
        under += b[picked[i] as number] as number
      }
      logs += Math.log(over / under)
    }
    return Math.exp(logs / sets.length)
  }
  const drawn = Float64Array.from({ length: draws }, () => ratio(drawnDays(days, random, blockDays))).sort()
  return {
    difference: ratio(days),
    low: drawn[Math.floor(draws * 0.025)] as number,
    high: drawn[Math.ceil(draws * 0.975) - 1] as number,
  }
}
