/**
 * Counts of intake by source and UTC day of arrival: refusals by their reason, and losses that have no begin (a count of the kernel or
 * of a driver that has grown) by their cause, so that a day of overload is one row and not one for each look. Absolute numbers that every checkpoint repeats,
 * so that a checkpoint that cannot be read back costs nothing.
 *
 * Of each source the newest few days are kept. What arrives before them (a clock set back by days) counts to the oldest one kept: a
 * dropped day is never started again, which would overwrite its stored counts, and the days always sum to the totals.
 */

import type { RefusalCause } from '@baykeeper/contract/vocabulary.ts'
import { dayName, dayNumber } from '../lib/utc-day.ts'
import type { SourceLoss } from '../sources/source.ts'

/** Today, yesterday, and one more for a clock that is wrong by a day. */
const daysKept = 3

export interface DayCount {
  received: number
  accepted: number
  refused: number
  unframeable: number
  /** Refused, by reason. */
  reasons?: Partial<Record<RefusalCause, number>>
  losses?: Partial<Record<SourceLoss['cause'], DayLoss>>
}

export interface DayLoss {
  /** Null where the number is not known. */
  readonly frames: number | null
  /** How often it was noticed. */
  readonly times: number
  /** Of the newest. */
  readonly detail: string
}

/** By source, then day (YYYY-MM-DD). */
export type IntakeDays = Readonly<Record<string, Readonly<Record<string, DayCount>>>>

export interface IntakeDayCounter {
  /** Frames whose fate at intake is decided. */
  count(source: string, at: number, fate: 'accepted' | 'unframeable', frames: number): void
  refuse(source: string, at: number, cause: RefusalCause, frames: number): void
  lose(source: string, at: number, loss: SourceLoss): void
  all(): IntakeDays
  restore(days: IntakeDays | undefined): void
}

export function createIntakeDays(): IntakeDayCounter {
  const sources = new Map<string, Map<string, DayCount>>()

  function dayOf(source: string, at: number): DayCount {
    const days = sources.getOrInsertComputed(source, () => new Map())
    const day = dayName(dayNumber(at))
    const known = days.get(day)
    if (known) return known
    if (days.size >= daysKept) {
      const oldest = [...days.keys()].sort()[0] as string
      if (day < oldest) return days.get(oldest) as DayCount
      days.delete(oldest)
    }
    const made: DayCount = { received: 0, accepted: 0, refused: 0, unframeable: 0 }
    days.set(day, made)
    return made
  }

  return {
    count(source, at, fate, frames) {
      const day = dayOf(source, at)
      day.received += frames
      day[fate] += frames
    },
    refuse(source, at, cause, frames) {
      const day = dayOf(source, at)
      day.received += frames
      day.refused += frames
      day.reasons ??= {}
      day.reasons[cause] = (day.reasons[cause] ?? 0) + frames
    },
    lose(source, at, { cause, frames, detail }) {
      const day = dayOf(source, at)
      day.losses ??= {}
      const before = day.losses[cause]
      const known = before && (before.frames === null || frames === null ? null : before.frames + frames)
      day.losses[cause] = { frames: before ? (known ?? null) : frames, times: (before?.times ?? 0) + 1, detail }
    },
    all: () =>
      Object.fromEntries(
        [...sources].map(([source, days]) => [source, Object.fromEntries(structuredClone([...days]))]),
      ),
    restore(days = {}) {
      for (const [source, kept] of Object.entries(days))
        sources.set(source, new Map(Object.entries(structuredClone(kept))))
    },
  }
}
