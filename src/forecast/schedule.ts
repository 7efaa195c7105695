/** When things are due: forecasts every five minutes by the clock, scores once an hour, fine-tuning once a night. */
import { dayMs } from '../lib/utc-day.ts'

const roundMs = 5 * 60_000
/** A quarter's last readings are on their way when it ends. */
const afterMs = 20_000

export const nextRoundMs = (nowMs: number): number => (Math.floor((nowMs - afterMs) / roundMs) + 1) * roundMs + afterMs

/** A night was missed when the last training is older than this: the server was off, or asleep. */
const missedMs = 1.5 * dayMs
/** A missed training is made up for when a newly started server is idle. */
const settledMs = 10 * 60_000

export interface Night {
  readonly nowMs: number
  /** When this server began. */
  readonly begunMs: number
  readonly zone: string
  /** Local hour of the nightly training. */
  readonly hour: number
  /** Time of the last training request. */
  readonly lastMs: number | undefined
}

/** The local hour has come and the last training began before this night; or a night was missed. */
export function isTrainingDue({ nowMs, begunMs, zone, hour, lastMs }: Night): boolean {
  if (lastMs !== undefined && nowMs - lastMs > missedMs && nowMs - begunMs > settledMs) return true
  const local = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone)
  return local.hour === hour && (lastMs === undefined || nowMs - lastMs > dayMs / 2)
}
