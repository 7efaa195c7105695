/**
 * One retry schedule for everything that is retried automatically: doubling from `firstMs` to `capMs`, with full jitter on the
 * upper half so that many clients do not return in step.
 */
export interface RetrySchedule {
  readonly firstMs: number
  readonly capMs: number
}

export const retrySchedule: RetrySchedule = { firstMs: 100, capMs: 10_000 }

/** Delay before attempt `attempt` (0-based). `random` returns [0, 1). */
export function retryDelayMs(attempt: number, schedule: RetrySchedule = retrySchedule, random = Math.random): number {
  const ceiling = Math.min(schedule.capMs, schedule.firstMs * 2 ** Math.min(attempt, 30))
  return ceiling / 2 + random() * (ceiling / 2)
}

/** `Retry-After` of HTTP, seconds or a date; undefined when it is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,10}$/.test(header)) return Number(header) * 1_000
  const at = /^[A-Z][a-z]{2,8},? /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
