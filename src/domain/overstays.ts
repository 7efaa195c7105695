/**
 * Overstays: known when they begin. A heap holds the moments at which the stays that go on reach their limits; time that passes looks at its top
 * alone, so that 50,000 bays cost nothing while no limit is reached.
 *
 * - V1 An overstay begins at the moment of its rule (stay-rules.ts), and is known with the first arrival or heartbeat behind it; or with the
 *   departure, where that comes first.
 * - V2 It begins while the bay is known to be occupied: while it is not, it waits until the bay is known again.
 * - V3 A stay that turns out to have ended before its limit was no overstay: the row is taken back.
 * - V4 The rule in effect decides until the overstay has begun. For a vehicle that stands there already, a new rule makes no overstay of the time
 *   before it was published.
 */
import { type Instant, instant } from '../lib/brand.ts'
import { minuteMs } from '../lib/utc-day.ts'
import { createDueQueue } from './folds/due-queue.ts'
import type { StayLimit } from './stay-rules.ts'

export interface OverstayRow {
  readonly bay: string
  readonly arrival: Instant
  readonly maxStayMin: number
  readonly graceMin: number
  readonly begun: Instant
  /** Departure; null: it goes on. */
  readonly ended: Instant | null
  /** Counted time beyond the limit, whole minutes; null: it goes on. */
  readonly minutes: number | null
}

export type OverstayKey = Pick<OverstayRow, 'bay' | 'arrival'>

export interface OverstayChanges {
  readonly put: readonly OverstayRow[]
  readonly gone: readonly OverstayKey[]
}

export type LimitOf = (bay: string) => StayLimit | undefined

export interface Watched {
  readonly bay: string
  readonly arrival: Instant
  /** An overstay does not begin before it; null: its rule alone decides. */
  readonly notBefore: Instant | null
}

/** Stays that have ended stay in the heap until their limit; when they are this many more than at the last look they are taken out. */
const leftoversMax = 1_024

export interface Overstays {
  /** The stay goes on, and the bay is known to be occupied. */
  watch(stay: Watched): void
  /** It has ended; its overstay in whole minutes, null where the bay has no rule. */
  end(stay: Watched, departure: Instant): number | null
  /** There was no such stay. */
  forget(bay: string, arrival: Instant): void
  tick(now: Instant): void
  /** These rules are in effect from `at` on, for the stays that go on: those whose overstay may not begin before that, though by the rule it did. */
  rule(limitOf: LimitOf, at: Instant, standing: Iterable<Watched>): readonly Watched[]
  /** Those that go on. */
  current(): Iterable<OverstayRow>
  /** Rows that changed, and those that are no more, since it was last called. */
  take(): OverstayChanges
}

/** An overstay has begun or ended; one that was none ends where it began. */
type EmitOverstay = (row: Pick<OverstayRow, 'bay' | 'maxStayMin' | 'begun' | 'ended'>) => void

/** Overstays that have begun, and the rows that changed. */
interface BegunOverstays {
  of(stay: OverstayKey): OverstayRow | undefined
  /** Those that go on. */
  current(): Iterable<OverstayRow>
  begin(row: OverstayRow): void
  /** The row is written; it goes on no more. */
  close(row: OverstayRow): void
  /** There was none. */
  forget(stay: OverstayKey): void
  take(): OverstayChanges
}

function begunOverstays(current: Iterable<OverstayRow>, emit: EmitOverstay): BegunOverstays {
  const begun = new Map([...current].map((row) => [row.bay, row]))
  const changed = new Map<string, OverstayRow | OverstayKey>()
  const of = ({ bay, arrival }: OverstayKey) => {
    const row = begun.get(bay)
    return row?.arrival === arrival ? row : undefined
  }
  function change(row: OverstayRow | OverstayKey, goesOn: boolean) {
    if (!goesOn && of(row)) begun.delete(row.bay)
    changed.set(`${row.arrival} ${row.bay}`, row)
  }
  return {
    of,
    current: () => begun.values(),
    begin(row) {
      begun.set(row.bay, row)
      change(row, true)
      emit(row)
    },
    close(row) {
      const wasKnown = of(row) !== undefined
      change(row, false)
      if (wasKnown) emit(row)
    },
    forget({ bay, arrival }) {
      const known = of({ bay, arrival })
      change({ bay, arrival }, false)
      if (known) emit({ ...known, ended: known.begun })
    },
    take() {
      const rows = [...changed.values()]
      changed.clear()
      const put = rows.filter((row): row is OverstayRow => 'begun' in row)
      return { put, gone: rows.filter((row) => !('begun' in row)) }
    },
  }
}

/** `stands`: the bay is known to be occupied, by the stay of this arrival. `current`: overstays that go on. */
export function createOverstays(
  first: LimitOf,
  stands: (stay: Watched) => boolean,
  current: Iterable<OverstayRow>,
  emit: EmitOverstay = () => undefined,
): Overstays {
  let limitOf = first
  let dues = createDueQueue<Watched>()
  let cleanAt = leftoversMax
  const begun = begunOverstays(current, emit)

  function watch(stay: Watched) {
    const at = begun.of(stay) ? undefined : dueOf(limitOf, stay)
    if (at === undefined) return
    if (dues.size >= cleanAt) {
      dues.retain(stands)
      cleanAt = 2 * dues.size + leftoversMax
    }
    dues.add(at, 0, stay)
  }

  return {
    watch,
    forget: (bay, arrival) => begun.forget({ bay, arrival }),
    end(stay, departure) {
      const limit = limitOf(stay.bay)
      const due = limit && dueOf(limitOf, stay)
      const row = begun.of(stay) ?? (due !== undefined && due < departure ? rowOf(limitOf, stay, due) : undefined)
      if (row === undefined) return limit ? 0 : null
      if (row.begun >= departure) {
        begun.forget(stay)
        return 0
      }
      // Without a rule any more, all the time behind its begin counts.
      const minutes = Math.floor((limit?.countedMs(row.begun, departure) ?? departure - row.begun) / minuteMs)
      begun.close({ ...row, ended: departure, minutes })
      return minutes
    },
    tick(now) {
      for (let due = dues.takeDue(now); due; due = dues.takeDue(now))
        if (!begun.of(due.what) && stands(due.what)) begun.begin(rowOf(limitOf, due.what, instant(due.at)))
    },
    rule(next, at, standing) {
      limitOf = next
      dues = createDueQueue()
      const held: Watched[] = []
      for (const stay of standing) {
        const due = dueOf(limitOf, stay)
        const isHeld = due !== undefined && due < at && !begun.of(stay)
        const watched = isHeld ? { ...stay, notBefore: at } : stay
        if (isHeld) held.push(watched)
        watch(watched)
      }
      return held
    },
    current: begun.current,
    take: begun.take,
  }
}

function dueOf(limitOf: LimitOf, { bay, arrival, notBefore }: Watched): Instant | undefined {
  const begins = limitOf(bay)?.begins(arrival) ?? null
  return begins === null ? undefined : instant(Math.max(begins, notBefore ?? begins))
}

function rowOf(limitOf: LimitOf, { bay, arrival }: Watched, begun: Instant): OverstayRow {
  const { maxStayMin, graceMin = 0 } = (limitOf(bay) as StayLimit).rule
  return { bay, arrival, maxStayMin, graceMin, begun, ended: null, minutes: null }
}
