/** What a report is asked for with, and why one is refused. */
import type { ReportComparison, ReportFormat, ReportKind } from '@baykeeper/contract/reports.ts'
import type { BayType, RelativePeriod } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { CsvFormat } from '../lib/csv-text.ts'

export interface ReportRequest {
  readonly kind: ReportKind
  readonly site?: string | undefined
  readonly level?: string | undefined
  readonly zone?: string | undefined
  readonly type?: BayType | undefined
  /** Local days, YYYY-MM-DD; `to` exclusive. */
  readonly from: string
  readonly to: string
  readonly compare: ReportComparison
  readonly compareFrom?: string | undefined
  readonly compareTo?: string | undefined
  readonly timeZone?: string | undefined
  readonly now: Instant
  /** For how many days rows are kept; 0: for ever. */
  readonly keptDays: { readonly stays: number; readonly bayChanges: number }
  readonly format: ReportFormat
  /** Of CSV. */
  readonly table?: string | undefined
  readonly csv: CsvFormat
}

/** Of days that lie before a moment, by the calendar of the place. */
export interface RelativeRequest extends Omit<ReportRequest, 'from' | 'to'> {
  readonly before: { readonly period: RelativePeriod; readonly at: Instant }
}

export type AnyReportRequest = ReportRequest | RelativeRequest

/** The request is wrong, not the server. */
export class ReportRefused extends Error {
  readonly is: 'missing' | 'invalid'
  constructor(is: ReportRefused['is'], message: string) {
    super(message)
    this.is = is
  }
}
