/** When things are due: forecasts every five minutes by the clock, scores once an hour, fine-tuning once a night. */
import { dayMs } from '../lib/utc-day.ts'

const roundMs = 5 * 60_000
/** A quarter's last readings are on their way when it ends. */
const afterMs = 20_000

export const nextRoundMs = (nowMs: number): number => (Math.floor((nowMs - afterMs) / roundMs) + 1) * roundMs + afterMs

/** The local hour has come, and the last training began before this night. */
export function isNight(nowMs: number, zone: string, hour: number, lastBegunMs: number | undefined): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone)
  return local.hour === hour && (lastBegunMs === undefined || nowMs - lastBegunMs > dayMs / 2)
}
