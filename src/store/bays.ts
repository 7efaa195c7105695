/** The part of the store contract that remembers the states of bays, and what people set. Written in the commit of what it follows from. */
import type { OverrideState } from '@baykeeper/contract/vocabulary.ts'
import type { BayChangeRow, BayStateRow, StoredBays } from '../domain/folds/bay-rows.ts'
import type { GatewayRow } from '../domain/folds/gateway-rows.ts'
import type { OverrideRow } from '../domain/folds/overrides-in-force.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { StoredLayout } from './layouts.ts'

export type { BayChangeRow, BayStateRow, StoredBays } from '../domain/folds/bay-rows.ts'
export type { GatewayRow } from '../domain/folds/gateway-rows.ts'
export type { OverrideRow } from '../domain/folds/overrides-in-force.ts'

export interface OverrideFilter {
  readonly state: OverrideState
  /** What begins later is planned. */
  readonly now: Instant
  /** `next` of the page before. */
  readonly cursor?: string
  readonly limit: number
}

export interface BayStore {
  /** Where the fold resumes. */
  storedBays(): Promise<StoredBays>
  /** Rows above `rev`, in order of rev. Those of one rev are never split over two answers: the limit is exceeded instead. */
  baysSince(rev: number, limit: number): Promise<readonly BayStateRow[]>
  /** The highest rev; 0 when there is none. */
  bayRev(): Promise<number>
  /** The state of each bay at that moment; none of a bay that was not known then. */
  baysAt(at: Instant): Promise<readonly BayChangeRow[]>
  /** Changes of these bays from `from` on, before `to`, and the one in effect at `from`; of each bay oldest first. */
  bayChangesBetween(bays: readonly string[], from: Instant, to: Instant): Promise<readonly BayChangeRow[]>
  /** The oldest change that is kept; undefined when there is none. */
  firstBayChange(): Promise<Instant | undefined>
  /** Up to where processing knows the states of bays; undefined: no commit has written it. */
  foldClock(): Promise<Instant | undefined>
  /** The layout that was in effect then; undefined before the first. */
  layoutAt(at: Instant): Promise<StoredLayout | undefined>
  /** In the order of their keys. */
  gateways(): Promise<readonly GatewayRow[]>
  /** The gateway that alone carries the device (DeviceState.id), where it is known. */
  gatewayOf(device: number): Promise<GatewayRow | undefined>
  override(id: string): Promise<OverrideRow | undefined>
  /** Newest first. */
  overrides(filter: OverrideFilter): Promise<{ readonly items: readonly OverrideRow[]; readonly next: string | null }>
  /** Forgets changes from before this day, but never the newest of them of a bay; returns how many rows are gone. */
  forgetBayChanges(before: DayNumber): Promise<number>
}
