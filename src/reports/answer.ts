/** A report as the bytes of an answer. */
import { createHash } from 'node:crypto'
import { type ReportFormat, reportKinds } from '@baykeeper/contract/reports.ts'
import type { Layout } from '../domain/layout.ts'
import { daysOf } from '../domain/report-due.ts'
import type { Store } from '../store/store.ts'
import { chunked } from './format/chunks.ts'
import { csvOf } from './format/csv.ts'
import { jsonText } from './format/json.ts'
import { xlsxBytes } from './format/xlsx.ts'
import { makeReport } from './make-report.ts'
import { isList, type Report } from './report.ts'
import { type AnyReportRequest, ReportRefused, type ReportRequest } from './request.ts'
import { scopeOf } from './scope.ts'

export interface ReportAnswerHead {
  readonly type: string
  readonly fileName: string
  /** Of a list there is none: it is sent before it is known. */
  readonly etag: string | undefined
  readonly about: ReportFacts
}

/** What a message about a report names. */
export interface ReportFacts {
  /** For people. */
  readonly place: string
  /** Local days; `to` exclusive. */
  readonly from: string
  readonly to: string
  readonly timeZone: string
  /** Share of bays x time whose state was known; null: there was no bay. */
  readonly coverage: number | null
  readonly notes: readonly string[]
}

export interface AnsweredReport {
  readonly head: ReportAnswerHead
  readonly chunks: AsyncIterable<Uint8Array>
}

const types: Readonly<Record<ReportFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Throws ReportRefused, StoreError; the chunks of a list throw StoreError too. */
export async function answerReport(store: Store, asked: AnyReportRequest): Promise<AnsweredReport> {
  const stored = await store.layout()
  if (!stored) throw new ReportRefused('missing', 'there is no layout yet: publish one first')
  const request = 'before' in asked ? withDays(asked, stored.layout) : asked
  const { kind, format } = request
  const report = await makeReport(store, stored.layout, request)
  const head = { type: types[format], fileName: fileNameOf(request), about: factsOf(report) }
  const written = write(report, request)
  if (isList(kind)) return { head: { ...head, etag: undefined }, chunks: written }
  const chunks = await Array.fromAsync(written)
  return { head: { ...head, etag: await etagOf(report, request) }, chunks: eachOf(chunks) }
}

function withDays({ before, ...asked }: Extract<AnyReportRequest, { before: unknown }>, layout: Layout): ReportRequest {
  return { ...asked, ...daysOf(before.period, before.at, scopeOf(layout, asked).timeZone) }
}

function factsOf({ head: { place, period, timeZone, notes } }: Report): ReportFacts {
  return { place, from: period.from, to: period.to, timeZone, coverage: period.coverage, notes }
}

function write(report: Report, { kind, format, table, csv }: ReportRequest): AsyncIterable<Uint8Array> {
  switch (format) {
    case 'json':
      return chunked(jsonText(report))
    case 'xlsx':
      return xlsxBytes(report)
    case 'csv': {
      const [first] = report.tables
      const chosen = table === undefined ? first : report.tables.find((one) => one.table.name === table)
      if (!chosen) {
        const names = reportKinds[kind].tables.map(({ name }) => name).join(', ')
        throw new ReportRefused('invalid', `table: ${kind} has no table ${table}; it has ${names}`)
      }
      return chunked(csvOf(chosen, csv, report.head.timeZone))
    }
  }
}

/** Of its content: when it was made makes no difference. */
async function etagOf(report: Report, { format, table = '', csv }: ReportRequest): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([format, table, csv]))
  const timeless = { ...report, head: { ...report.head, made: report.head.period.begin } }
  for await (const chunk of chunked(jsonText(timeless))) hash.update(chunk)
  return `"${hash.digest('base64url').slice(0, 27)}"`
}

const fileNameOf = ({ kind, site, level, zone, type, from, to, table, format }: ReportRequest): string => {
  const parts = ['baykeeper', kind, table, site, level, zone, type, from, to].filter((part) => part !== undefined)
  return `${parts.map(safe).join('_').slice(0, 120)}.${format}`
}

const safe = (part: string) => part.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[.-]+/g, '')

async function* eachOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
