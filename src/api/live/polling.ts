/** Reads again and again, one read at a time: often with viewers, seldom without, and by the retry schedule while the reads fail. */
import type { Clock } from '../../lib/clock.ts'
import { retryDelayMs } from '../../lib/retry.ts'

/** Poll intervals with viewers, and without. */
export const watchedPollMs = 100
const idlePollMs = 1_000
/** A read that took long, because much has changed, is followed by a pause of so many times as long, and no more than this. */
const restTimes = 2
const restMsMax = 300
const storeRetry = { firstMs: 200, capMs: 2_000 }
const pauseMsMin = 10

export interface Polling {
  /** One read at a time; a call while one is in flight waits for the next one. */
  readNow(): Promise<void>
  /** The read in flight. */
  readonly underWay: Promise<void> | undefined
  /** Upper bound on read staleness with viewers. */
  everyMs(): number
  /** With viewers the reads are more frequent. */
  watch(watching: boolean): void
  /** Resolves when the last read has ended. */
  stop(): Promise<void>
}

/** `read` reports its own faults. */
export function startPolling(read: () => Promise<void>, clock: Clock): Polling {
  let watching = false
  let isStopped = false
  let wake = () => {}
  let tookMs = 0
  let underWay: Promise<void> | undefined
  const everyMs = () => Math.max(watchedPollMs, Math.min(restMsMax, restTimes * tookMs))

  async function readNow(): Promise<void> {
    // The caller that began that read gets its fault.
    while (underWay) await underWay.catch(() => {})
    const begun = clock.monotonic()
    underWay = read().finally(() => {
      underWay = undefined
      tookMs = clock.monotonic() - begun
    })
    await underWay
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !isStopped; ) {
      const begun = clock.monotonic()
      let pause = idlePollMs
      try {
        await readNow()
        attempt = 0
        if (watching) pause = everyMs()
      } catch {
        // The read has reported its fault; the next one comes after the pause.
        pause = retryDelayMs(attempt++, storeRetry)
      }
      if (isStopped) return
      await nap(Math.max(pauseMsMin, pause - (clock.monotonic() - begun)))
    }
  }

  const nap = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const running = run()
  return {
    readNow,
    get underWay() {
      return underWay
    },
    everyMs,
    watch(now) {
      if (now && !watching) wake()
      watching = now
    },
    stop() {
      isStopped = true
      wake()
      return running
    },
  }
}
