/** A table of a report as CSV (lib/csv-text.ts), written while its rows are read. */
import { type CsvFormat, csvLine, csvMark } from '../../lib/csv-text.ts'
import type { FilledTable } from '../report.ts'
import { isoIn, jsonCell } from './cells.ts'

export async function* csvOf(
  { table, rows }: FilledTable,
  format: CsvFormat,
  timeZone: string,
): AsyncGenerator<string> {
  const iso = isoIn(timeZone)
  const columns = table.columns.map(({ name }) => name)
  yield csvMark + csvLine(columns, format)
  for await (const row of rows)
    yield csvLine(
      table.columns.map(({ name, type }) => jsonCell(row[name] ?? null, type, iso)),
      format,
    )
}
