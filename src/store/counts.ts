/** The part of the store contract that remembers count zones and their trail. Written in the commit of what they follow from. */
import type { CountChangeRow, CountStateRow, CountZoneRow } from '../domain/folds/count-rows.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'

export type { CountChangeRow, CountStateRow, CountZoneRow } from '../domain/folds/count-rows.ts'

export interface CountTrailFilter {
  readonly site: string
  readonly level: string
  readonly zone: string
  /** `next` of the page before. */
  readonly cursor?: string
  readonly limit: number
}

export interface CountStore {
  /** Every count zone there ever was. */
  countZones(): Promise<readonly CountZoneRow[]>
  /** Rows above `rev`, in order of rev: all of them. */
  countZonesSince(rev: number): Promise<readonly CountZoneRow[]>
  /** The highest rev; 0 when there is none. */
  countRev(): Promise<number>
  /** What every count zone was at a moment, as far as that is known. Without a moment: the newest of each. */
  countStatesAt(at?: Instant): Promise<readonly CountStateRow[]>
  /** Rows of days before this one, but for the newest of each zone among them. Returns how many. */
  forgetCountStates(before: DayNumber): Promise<number>
  /** By the id of its request; undefined when it is not stored. */
  recountById(id: string): Promise<CountChangeRow | undefined>
  /** Newest first. */
  countTrail(
    filter: CountTrailFilter,
  ): Promise<{ readonly items: readonly CountChangeRow[]; readonly next: string | null }>
}
