/** Reports: their kinds, and each as JSON, CSV or XLSX. */
import { Readable } from 'node:stream'
import { type ReportFormat, reportKindNames, reportKinds } from '@baykeeper/contract/reports.ts'
import type { reportRoutes } from '@baykeeper/contract/routes/reports.ts'
import type { CsvFormat } from '../../lib/csv-text.ts'
import { isList } from '../../reports/report.ts'
import { busyRetryAfterS, ReportsBusy } from '../../reports/report-port.ts'
import { ReportRefused } from '../../reports/request.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

export function reportHandlers({
  reports,
  clock,
  log,
  readingDays = 0,
  bayDays = 0,
}: RouteContext): Handlers<typeof reportRoutes> {
  return {
    reportKinds: () => ({
      next: null,
      items: reportKindNames.map((kind) => {
        const { about, tables } = reportKinds[kind]
        const described = tables.map(({ columns, ...table }) => ({
          ...table,
          columns: columns.map((column) => ({ ...column })),
        }))
        return { kind, about, is_list: isList(kind), tables: described }
      }),
    }),
    async report({ params: { kind }, query, request: { headers }, reply }) {
      const { compare_from, compare_to, time_zone, format = accepted(headers.accept), ...asked } = query
      const { head, chunks } = await answered(() =>
        reports.answer({
          ...{ ...asked, csv: csvFormat(query), kind, format, now: clock.now() },
          ...{ compareFrom: compare_from, compareTo: compare_to, timeZone: time_zone },
          keptDays: { stays: readingDays, bayChanges: bayDays },
        }),
      )
      reply.type(head.type).headers({ vary: 'accept' })
      if (format !== 'json') reply.header('content-disposition', `attachment; filename="${head.fileName}"`)
      if (head.etag !== undefined) {
        reply.headers({ etag: head.etag, 'cache-control': 'private, no-cache' })
        if (headers['if-none-match']?.includes(head.etag)) {
          await endOf(chunks)
          return reply.code(304).send()
        }
      }
      const body = Readable.from(chunks)
      // An answer that cannot be finished is cut off, so that its reader notices.
      body.on('error', (error) => log.warn('a report was cut off', { kind, reason: error.message }))
      return reply.send(body)
    },
  }
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (fault) {
    if (fault instanceof ReportRefused) {
      if (fault.is === 'missing') throw new ProblemError(404, fault.message)
      throw new ProblemError(400, `query ${fault.message}`, { code: 'E_INVALID' })
    }
    if (fault instanceof ReportsBusy)
      throw new ProblemError(503, `${fault.message}: ask again in ${busyRetryAfterS} s`, {
        code: 'E_BUSY',
        headers: { 'retry-after': String(busyRetryAfterS) },
      })
    throw fault
  }
}

/** Its first piece is not wanted either. */
async function endOf(chunks: AsyncIterable<Uint8Array>) {
  for await (const _first of chunks) break
}

const typeNames: readonly (readonly [RegExp, ReportFormat])[] = [
  [/text\/csv/i, 'csv'],
  [/application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet/i, 'xlsx'],
]

/** JSON where nothing else is named. */
const accepted = (accept = ''): ReportFormat => typeNames.find(([type]) => type.test(accept))?.[1] ?? 'json'

interface Written {
  readonly locale?: 'en' | 'de' | undefined
  readonly sep?: ',' | ';' | 'tab' | undefined
  readonly decimal?: '.' | ',' | undefined
}

function csvFormat({ locale, sep, decimal = locale === 'de' ? ',' : '.' }: Written): CsvFormat {
  const separator = sep === 'tab' ? '\t' : (sep ?? (decimal === ',' ? ';' : ','))
  if (separator === decimal)
    throw new ProblemError(400, 'query sep: the decimal comma would separate fields: give sep=; or sep=tab', {
      code: 'E_INVALID',
    })
  return { separator, decimal }
}
