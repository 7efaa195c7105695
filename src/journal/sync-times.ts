/** Times of recent syncs, for people to look at. */
import type { Clock } from '../lib/clock.ts'

const timesKept = 512
/** Figures are read with every delivery, but recalculated at most this often. */
const figuresEveryMs = 100

export function createSyncTimes(clock: Clock) {
  const times = new Float64Array(timesKept)
  let syncs = 0
  let computedAt = Number.NEGATIVE_INFINITY
  let figures = { syncMsP50: 0, syncMsP99: 0 }
  return {
    add(ms: number) {
      times[syncs++ % timesKept] = ms
    },
    figures() {
      if (clock.monotonic() - computedAt > figuresEveryMs) {
        computedAt = clock.monotonic()
        const sorted = times.slice(0, Math.min(syncs, timesKept)).sort()
        const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
        figures = { syncMsP50: at(0.5), syncMsP99: at(0.99) }
      }
      return { syncs, ...figures }
    },
  }
}
