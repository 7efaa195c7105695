/**
 * Compares the stays that a server made of a history with the truth. What a stay claims must hold: arrival and departure within its bound, and no
 * more stays in it than may hide. Boards with a clock and numbers: of others the truth does not show what the server could know.
 */
import type { History } from './history.ts'

export interface StayClaim {
  readonly arrival: number
  readonly departure: number
  readonly certain: boolean
  /** Null: none is known. */
  readonly maxErrorMs: number | null
  /** Null: not known. */
  readonly hiddenMax: number | null
}

interface TrueStay {
  readonly arrival: number
  /** Infinite: it goes on. */
  readonly departure: number
}

export const staysAreJudged = (history: History): boolean =>
  history.fair &&
  history.clockTrusted &&
  history.readings.every(({ wire }) => wire.time !== undefined && wire.seq !== undefined) &&
  !hidesRestart(history)

/** A boot whose numbers go on above those of the boot before looks like numbers that are missing: how many are is not shown. */
function hidesRestart({ readings, deliveries }: History): boolean {
  const delivered = [...new Set(deliveries.map(({ reading }) => reading))].sort((a, b) => a - b)
  return delivered.some((reading, i) => {
    const [before, after] = [readings[delivered[i - 1] ?? -1], readings[reading]]
    return before && after && before.run !== after.run && (before.wire.seq as number) < (after.wire.seq as number)
  })
}

/** By the clock of the device: a change is where a reading shows it first. */
export function trueStays({ readings }: Pick<History, 'readings'>): TrueStay[] {
  const stays: TrueStay[] = []
  let arrival: number | undefined
  for (const { wire } of readings.toSorted((a, b) => a.at - b.at)) {
    if (wire.occupied) arrival ??= wire.time
    else if (arrival !== undefined) {
      stays.push({ arrival, departure: wire.time as number })
      arrival = undefined
    }
  }
  return arrival === undefined ? stays : [...stays, { arrival, departure: Number.POSITIVE_INFINITY }]
}

/** What does not hold, as text. */
export function judgeStays(history: History, claims: readonly StayClaim[]): string[] {
  if (!staysAreJudged(history)) return []
  const truth = trueStays(history)
  return claims.flatMap(({ arrival, departure, certain, maxErrorMs, hiddenMax }) => {
    const within = truth.filter((stay) => stay.arrival < departure && stay.departure > arrival)
    const [first, last] = [within[0], within.at(-1)]
    const about = `stay ${arrival}-${departure} (certain ${certain}, error ${maxErrorMs}, hidden ${hiddenMax})`
    if (departure <= arrival) return certain ? [`${about}: of no length`] : []
    if (!first || !last) return maxErrorMs === null ? [] : [`${about}: there was none`]
    if (maxErrorMs === null) return []
    return [
      ...(Math.abs(first.arrival - arrival) > maxErrorMs ? [`${about}: the vehicle came at ${first.arrival}`] : []),
      ...(Math.abs(last.departure - departure) > maxErrorMs ? [`${about}: it left at ${last.departure}`] : []),
      ...(hiddenMax !== null && within.length > 1 + hiddenMax ? [`${about}: ${within.length} stays are in it`] : []),
      ...(certain && within.length > 1 ? [`${about}: it is certain, and ${within.length} stays are in it`] : []),
    ]
  })
}
