/**
 * Compares alerts with the truth of the week: when each planted fault was found and by which rule, which vehicles stayed too long without an alert,
 * and which alerts have no cause.
 */
import { type Cause, explainedBy, type Planted } from './planted.ts'
import type { Raise } from './raises.ts'
import type { WeekTruth } from './week.ts'

export interface Finding {
  readonly planted: Planted
  /** Undefined: it was not found. */
  readonly foundAt: number | undefined
  /** It was found in its time; undefined: the week ended before that. */
  readonly isInTime: boolean | undefined
}

export interface WeekVerdict {
  readonly findings: readonly Finding[]
  /** Vehicles that stayed too long, and those of them without an alert. */
  readonly overstays: number
  readonly missedOverstays: readonly string[]
  /** Without a cause. */
  readonly falseAlerts: readonly Raise[]
}

/** An overstay shows with the first heartbeat behind its limit. */
const overstayShownMs = 150_000

export function judgeWeek(
  raises: readonly Raise[],
  { planted, overstays, causes, stops }: WeekTruth,
  end: number,
): WeekVerdict {
  const bySubject = Map.groupBy(raises, ({ rule, subject }) => `${rule} ${subject}`)
  const isRaised = (rule: string, subject: string, from: number, to: number) =>
    bySubject.get(`${rule} ${subject}`)?.find(({ at }) => at >= from && at <= to)
  /** What falls due while the server does not run is known when it runs again. */
  const knownAt = (due: number) => stops.find((stop) => due >= stop.from - overstayShownMs && due <= stop.to)?.to ?? due
  const all: readonly Cause[] = [...planted, ...overstays, ...causes]
  return {
    findings: planted.map((one) => {
      const foundAt = isRaised(one.rule, one.subject, one.from, one.to)?.at
      const limit = one.from + one.foundWithinMs
      const isInTime = foundAt === undefined ? (limit > end ? undefined : false) : foundAt <= limit
      return { planted: one, foundAt, isInTime }
    }),
    overstays: overstays.length,
    missedOverstays: overstays
      .filter(
        ({ bay, due, from, to }) =>
          knownAt(due) + overstayShownMs <= Math.min(to, end) && !isRaised('overstay', bay, from, to),
      )
      .map(({ bay, due }) => `${bay} at ${new Date(due).toISOString()}`),
    falseAlerts: raises.filter((raise) => !all.some((cause) => explainedBy(cause, raise))),
  }
}
