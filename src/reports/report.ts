/** A report as data: what it is about, and its tables. How it is written is none of its concern (format/). */
import { type ReportKind, type ReportTable, reportKinds } from '@baykeeper/contract/reports.ts'
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { Period } from './period.ts'

/** Null: not known, or not there. Instants are milliseconds since 1970. */
export type Cell = string | number | boolean | null
/** By the names of the columns. */
export type ReportRow = Readonly<Record<string, Cell>>

export interface CoveredPeriod extends Period {
  /** Share of bays x time whose state was known; null: there was no bay. */
  readonly coverage: number | null
}

export interface ReportHead {
  readonly kind: ReportKind
  /** For people. */
  readonly place: string
  readonly site: string | null
  readonly level: string | null
  readonly zone: string | null
  readonly type: BayType | null
  readonly bays: number
  readonly timeZone: string
  readonly made: Instant
  readonly period: CoveredPeriod
  readonly before: CoveredPeriod | undefined
  /** What limits the figures, one sentence each. */
  readonly notes: readonly string[]
}

export interface FilledTable {
  readonly table: ReportTable
  readonly rows: Iterable<ReportRow> | AsyncIterable<ReportRow>
}

export interface Report {
  readonly head: ReportHead
  readonly tables: readonly FilledTable[]
}

export const isList = (kind: ReportKind): boolean => 'isList' in reportKinds[kind]
