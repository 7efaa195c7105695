/**
 * What falls due, earliest first: a binary heap. Entries of one time come in the order of their `order`, so that a fold that is loaded again meets
 * them in the same order. An entry is never removed: its reader checks whether it still holds.
 */
export interface Due<T> {
  readonly at: number
  readonly order: number
  readonly what: T
}

export interface DueQueue<T> {
  add(at: number, order: number, what: T): void
  /** The earliest entry, when it is due by now: taken out. */
  takeDue(now: number): Due<T> | undefined
  /** Nothing is due before it. */
  readonly next: number
  readonly size: number
  /** Takes out what does not hold any more. */
  retain(holds: (what: T) => boolean): void
}

export function createDueQueue<T>(): DueQueue<T> {
  let heap: Due<T>[] = []
  const isBefore = (a: Due<T>, b: Due<T>) => a.at < b.at || (a.at === b.at && a.order < b.order)

  function rise(entry: Due<T>) {
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above] as Due<T>
      if (!isBefore(entry, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = entry
  }

  function sink(entry: Due<T>) {
    let at = 0
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const right = heap[below + 1]
      if (right !== undefined && isBefore(right, heap[below] as Due<T>)) below++
      const child = heap[below] as Due<T>
      if (!isBefore(child, entry)) break
      heap[at] = child
      at = below
    }
    heap[at] = entry
  }

  return {
    get next() {
      return heap[0]?.at ?? Number.POSITIVE_INFINITY
    },
    get size() {
      return heap.length
    },
    retain(holds) {
      const held = heap.filter(({ what }) => holds(what))
      heap = []
      for (const entry of held) rise(entry)
    },
    add: (at, order, what) => rise({ at, order, what }),
    takeDue(now) {
      const [first] = heap
      if (first === undefined || first.at > now) return undefined
      const last = heap.pop() as Due<T>
      if (heap.length > 0) sink(last)
      return first
    },
  }
}
