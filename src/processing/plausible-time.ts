/** Device time is believed within [-24 h, +2 min] of arrival; otherwise arrival time is taken, with a quality mark. */
import type { Instant } from '../lib/brand.ts'

export const timeLateMaxMs = 24 * 3_600_000
export const timeEarlyMaxMs = 2 * 60_000

export function effectiveTime(
  deviceTime: Instant | undefined,
  arrived: Instant,
  trust: boolean,
): { readonly time: Instant; readonly doubted: boolean } {
  if (deviceTime === undefined) return { time: arrived, doubted: false }
  if (trust || (deviceTime >= arrived - timeLateMaxMs && deviceTime <= arrived + timeEarlyMaxMs))
    return { time: deviceTime, doubted: false }
  return { time: arrived, doubted: true }
}
