/** Warnings that a stranger can cause as often as he likes: at most one line of each kind a minute, with how many there were. */
import type { Clock } from './clock.ts'
import type { Log, LogFields } from './log.ts'

const everyMs = 60_000
/** Kinds that are remembered: messages are few, but a fault may quote what was sent. */
const kindsMax = 100

export type LimitedWarn = (message: string, fields?: LogFields) => void

export function createLimitedWarn(log: Log, clock: Pick<Clock, 'monotonic'>): LimitedWarn {
  const kinds = new Map<string, { at: number; suppressed: number }>()
  return (message, fields = {}) => {
    const now = clock.monotonic()
    const known = kinds.get(message)
    if (known && now - known.at < everyMs) {
      known.suppressed++
      return
    }
    if (!known && kinds.size >= kindsMax) {
      // The oldest makes room; while all are of this minute, the rest shares one line.
      const [oldest, entry] = [...kinds][0] as [string, { at: number }]
      if (now - entry.at < everyMs) return
      kinds.delete(oldest)
    }
    kinds.delete(message)
    kinds.set(message, { at: now, suppressed: 0 })
    const more = known?.suppressed ? { suppressed: known.suppressed } : {}
    log.warn(message, { ...fields, ...more })
  }
}
