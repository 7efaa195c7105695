/** The part of the store contract that remembers signs and what they have shown. Written in the commit of what they follow from. */
import type { SignChangeRow, SignRow } from '../domain/folds/sign-rows.ts'
import type { Instant } from '../lib/brand.ts'

export type { SignChangeRow, SignRow } from '../domain/folds/sign-rows.ts'

export interface SignHistoryFilter {
  readonly sign: string
  /** `next` of the page before. */
  readonly cursor?: string
  readonly limit: number
}

export interface SignStore {
  /** Every sign there ever was, removed ones included. */
  signs(): Promise<readonly SignRow[]>
  /** Rows above `rev`, in order of rev: all of them. */
  signsSince(rev: number): Promise<readonly SignRow[]>
  /** The highest rev; 0 when there is none. */
  signRev(): Promise<number>
  sign(id: string): Promise<SignRow | undefined>
  /** Newest first. */
  signHistory(
    filter: SignHistoryFilter,
  ): Promise<{ readonly items: readonly SignChangeRow[]; readonly next: string | null }>
  /** Where the clock of the folds stands: the newest arrival or heartbeat that is processed. Undefined: nothing is. */
  foldClock(): Promise<Instant | undefined>
}
