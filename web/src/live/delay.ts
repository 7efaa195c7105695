/**
 * Delay from the server's word to the paint, for the link chip. The two clocks may differ: when the smallest difference seen
 * is no plausible way through a network, it is taken for the difference of the clocks and left out. Pure.
 */
export interface Delay {
  /** A change made at `at` by the server's clock has arrived. */
  record(at: number, now: number): void
  painted(now: number): void
  /** Any message: only compares the clocks. */
  compare(at: number, now: number): void
  /** Median of the last changes; undefined before the first. */
  readonly ms: number | undefined
}

const plausibleMsMax = 2_000
const samplesMax = 20

export function createDelay(): Delay {
  let least = Number.POSITIVE_INFINITY
  let pending: number | undefined
  let samples: number[] = []
  const compare = (at: number, now: number) => {
    least = Math.min(least, now - at)
  }
  return {
    compare,
    record(at, now) {
      compare(at, now)
      pending ??= at
    },
    painted(now) {
      if (pending === undefined) return
      const skew = least < 0 || least > plausibleMsMax ? least : 0
      samples = [...samples, now - pending - skew].slice(-samplesMax)
      pending = undefined
    },
    get ms() {
      const sorted = samples.toSorted((a, b) => a - b)
      return sorted[sorted.length >> 1]
    },
  }
}
