/** What the fold of signs stores, and resumes from. */
import type { SignMode, SignReason, SignShow } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import type { Sign } from '../sign.ts'

/** A sign as it is now. */
export interface SignRow {
  readonly id: string
  /** What people have set; null: it was removed, and its history stays. */
  readonly sign: Sign | null
  /** By whom and when it was set up or changed. */
  readonly author: string
  readonly setAt: Instant
  readonly mode: SignMode
  /** Null: until a person changes it. */
  readonly modeUntil: Instant | null
  /** Null: it was never set. */
  readonly modeAuthor: string | null
  readonly modeReason: string
  readonly show: SignShow
  /** Null unless it shows a number. */
  readonly value: number | null
  readonly reason: SignReason
  /** Of what it shows. */
  readonly since: Instant
  /** Since when it shows a number, or last showed a larger one. */
  readonly risenAt: Instant
  /** By its floor and hysteresis, also while it shows something else. */
  readonly isFull: boolean
  /** Places that can be had or are taken; closed bays are none. */
  readonly capacity: number
  readonly known: number
  /** Known to be free: one that is not known is not. */
  readonly free: number
  /** Places that the bands of its count zones leave open. */
  readonly open: number
  /** Changes of what it has shown so far: the newest has this number. */
  readonly changes: number
  /** Grows by 1 with each commit that changes a sign: feeds follow it as a cursor. */
  readonly rev: number
}

/** What a sign has shown from a time on. */
export interface SignChangeRow {
  readonly sign: string
  /** 1 is the first change of the sign. */
  readonly number: number
  readonly time: Instant
  readonly show: SignShow
  readonly value: number | null
  readonly mode: SignMode
  readonly reason: SignReason
  /** Null: no person changed it. */
  readonly author: string | null
  /** Of the person. */
  readonly comment: string
}

export interface SignRows {
  readonly signs: readonly SignRow[]
  readonly changes: readonly SignChangeRow[]
}
