/** A report as JSON, written while its rows are read. */
import type { ReportAnswer } from '@baykeeper/contract/routes/reports.ts'
import type { CoveredPeriod, Report, ReportHead } from '../report.ts'
import { isoIn, jsonCell, rounded } from './cells.ts'

export function headOnWire(head: ReportHead): ReportAnswer['report'] {
  const iso = isoIn(head.timeZone)
  const periodOf = ({ from, to, begin, end, coverage }: CoveredPeriod) => ({
    ...{ from, to, begin: iso(begin), end: iso(end), coverage: coverage === null ? null : rounded(coverage) },
  })
  const { kind, place, site, level, zone, type, bays, timeZone, made, period, before, notes } = head
  return {
    ...{ kind, place, site, level, zone, type, bays, time_zone: timeZone, made: iso(made), period: periodOf(period) },
    ...{ compared_with: before ? periodOf(before) : null, notes: [...notes] },
  }
}

export async function* jsonText({ head, tables }: Report): AsyncGenerator<string> {
  const iso = isoIn(head.timeZone)
  yield `{"report":${JSON.stringify(headOnWire(head))},"tables":[`
  for (const [i, { table, rows }] of tables.entries()) {
    yield `${i > 0 ? ',' : ''}{"name":${JSON.stringify(table.name)},"rows":[`
    let comma = ''
    for await (const row of rows) {
      const cells = table.columns.map(({ name, type }) => [name, jsonCell(row[name] ?? null, type, iso)])
      yield comma + JSON.stringify(Object.fromEntries(cells))
      comma = ','
    }
    yield ']}'
  }
  yield ']}'
}
