/**
 * How often a sensor changes, in a few numbers: whether it flaps, and from when on it is stuck.
 *
 * - **Flapping.** Each change fills a bucket by 1, which empties by 1 every `leakMs`. It flaps from `flapsFrom` on, until the bucket is down at
 *   `flapsUntil`. Steadily, no bay that is used changes more than twice every `leakMs`; a burst of up to `flapsFrom` is plausible.
 * - **Stuck.** The intervals between its own changes, taken as exponential with a rate that was learnt from `changes` of them in `totalMs`: the chance
 *   of none for a time t is (totalMs / (totalMs + t)) ^ changes. It is stuck when that falls below 1 in 1,000,000 and t is also longer than
 *   `longestFactor` times the longest of its intervals, which holds its nights and weekends, and than 20 hours: how a bay is used repeats
 *   daily, and what it has learnt by day is wrong at night. There is no verdict before `changesMin` intervals.
 *   Only time that its messages cover counts: between two that lie further apart than its promise it may have changed, and what comes late, as a history
 *   that is imported at once, shows nothing of the time from then to now.
 *   By the first condition alone one interval in 1,000,000 is a false alarm, where intervals are exponential; the others hold where they are not (docs/specs/bays.md).
 *
 * Older intervals weigh less: `changes` and `totalMs` remember about `memory` of them.
 */
export interface ChangePattern {
  /** Intervals, of those that are remembered. */
  changes: number
  totalMs: number
  longestMs: number
  /** Time of its newest change; 0: none. */
  changedAt: number
  /** Of the bucket, at `changedAt`. */
  level: number
  isFlapping: boolean
  /** Since its newest change: time between messages that lie too far apart to show that nothing changed. */
  gapMs: number
  /** How long after its time its newest message came; 0: it was not late. */
  lateMs: number
}

export const leakMs = 60_000
export const flapsFrom = 12
export const flapsUntil = 4
const pStuck = 1e-6
const changesMin = 20
const longestFactor = 1.5
const stuckMsMin = 20 * 3_600_000
const memory = 256
/** A message that comes within it is not late: little against `stuckMsMin`. */
const lateMsMin = 3_600_000
/** The longest interval is forgotten slowly: by half within about 700 changes. */
const longestKept = 0.999

export const newPattern = (): ChangePattern => ({
  ...{ changes: 0, totalMs: 0, longestMs: 0, changedAt: 0, level: 0, isFlapping: false },
  ...{ gapMs: 0, lateMs: 0 },
})

export interface PatternMessage {
  readonly time: number
  /** Time of the message before it. */
  readonly before: number
  /** When it has come. */
  readonly clock: number
  /** Silent after so long without a message. */
  readonly promiseMs: number
}

/** One more message, in order; whether that is another pattern. */
export function coverTime(pattern: ChangePattern, { time, before, clock, promiseMs }: PatternMessage): boolean {
  const sinceMs = time - before
  const isGap = before > 0 && sinceMs > promiseMs
  if (isGap) pattern.gapMs += sinceMs
  const lateMs = clock - time > Math.max(lateMsMin, promiseMs) ? clock - time : 0
  // The clock of a device that is far behind drifts: not each of its messages makes another pattern.
  const isOther = lateMs === 0 ? pattern.lateMs !== 0 : Math.abs(lateMs - pattern.lateMs) > lateMsMin
  if (isOther) pattern.lateMs = lateMs
  return isGap || isOther
}

/** The newest change is at this time. */
export function placeChange(pattern: ChangePattern, time: number): void {
  pattern.changedAt = Math.max(time, pattern.changedAt)
  pattern.gapMs = 0
}

/** One more change. */
export function learnChange(pattern: ChangePattern, time: number): void {
  const sinceMs = pattern.changedAt === 0 ? undefined : Math.max(0, time - pattern.changedAt)
  pattern.level = 1 + Math.max(0, pattern.level - (sinceMs ?? 0) / leakMs)
  if (pattern.level >= flapsFrom) pattern.isFlapping = true
  placeChange(pattern, time)
  // Intervals of a flapping sensor do not show how the bay is used.
  if (sinceMs === undefined || pattern.isFlapping) return
  const kept = 1 - 1 / memory
  pattern.changes = pattern.changes * kept + 1
  pattern.totalMs = pattern.totalMs * kept + sinceMs
  pattern.longestMs = Math.max(pattern.longestMs * longestKept, sinceMs)
}

/** When it has calmed down, if it does not change meanwhile. */
export const calmAt = ({ changedAt, level }: ChangePattern): number =>
  Math.ceil(changedAt + Math.max(0, level - flapsUntil) * leakMs)

/** From when on it is stuck, if it does not change meanwhile; infinity while too little is known of it. */
export function stuckAt({ changes, totalMs, longestMs, changedAt, gapMs, lateMs }: ChangePattern): number {
  if (changes < changesMin) return Number.POSITIVE_INFINITY
  const unlikelyMs = totalMs * (pStuck ** (-1 / changes) - 1)
  return Math.ceil(changedAt + gapMs + lateMs + Math.max(unlikelyMs, longestFactor * longestMs, stuckMsMin))
}

/** As it is stored: numbers only; the last two only where they are not 0. */
export type StoredPattern = readonly [device: number, ...pattern: number[]]

export const storedPattern = (device: number, p: ChangePattern): StoredPattern => [
  ...([device, p.changes, p.totalMs, p.longestMs, p.changedAt, p.level, p.isFlapping ? 1 : 0] as const),
  ...(p.gapMs === 0 && p.lateMs === 0 ? [] : [p.gapMs, p.lateMs]),
]

export function patternFrom([_, ...stored]: StoredPattern): ChangePattern {
  const [changes = 0, totalMs = 0, longestMs = 0, changedAt = 0, level = 0, flapping = 0, ...times] = stored
  const [gapMs = 0, lateMs = 0] = times
  return { changes, totalMs, longestMs, changedAt, level, isFlapping: flapping === 1, gapMs, lateMs }
}
