/** A report as XLSX: a sheet that explains it, a heatmap where it has one, and a sheet for each table. */
import type { ReportColumn } from '@baykeeper/contract/reports.ts'
import { zoneClock } from '../../domain/zone-clock.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { Cell, FilledTable, Report, ReportRow } from '../report.ts'
import { aboutSheet } from './about-sheet.ts'
import { rounded } from './cells.ts'
import { heatmapSheet } from './heatmap-sheet.ts'
import { columnName, rowXml, type SheetValue, type Style, sheetBegin, sheetEnd } from './sheet-xml.ts'
import { sheetRowsMax, type WorkbookSheet, workbook } from './workbook.ts'

export const xlsxBytes = (report: Report): AsyncGenerator<Uint8Array> => workbook(sheetsOf(report))

async function* sheetsOf(report: Report): AsyncGenerator<WorkbookSheet> {
  yield aboutSheet(report)
  for (const filled of report.tables) {
    const cells = filled.table.name === 'cells' && Symbol.iterator in filled.rows ? [...filled.rows] : undefined
    if (cells) yield heatmapSheet(cells)
    yield* tableSheets(cells ? { ...filled, rows: cells } : filled, report.head.timeZone)
  }
}

/** More rows than a sheet takes go on in the next one. */
async function* tableSheets({ table, rows }: FilledTable, zone: string): AsyncGenerator<WorkbookSheet> {
  const columns = table.columns.flatMap(sheetColumns(zone))
  const source = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  let hasMore = true
  for (let part = 1; hasMore; part++)
    yield {
      name: part === 1 ? table.name : `${table.name} (${part})`,
      xml: sheetOf(columns, source, () => {
        hasMore = false
      }),
    }
}

async function* sheetOf(
  columns: readonly SheetColumn[],
  rows: Iterator<ReportRow> | AsyncIterator<ReportRow>,
  ended: () => void,
): AsyncGenerator<string> {
  yield sheetBegin(
    columns.map(({ width }) => width),
    { frozen: 1 },
  )
  yield rowXml(1, { values: columns.map(({ name }) => name), styles: columns.map(() => 'head') })
  const styles = columns.map(({ style }) => style)
  let last = 1
  while (last < sheetRowsMax) {
    const { done, value } = await rows.next()
    if (done) {
      ended()
      break
    }
    last++
    yield rowXml(last, { values: columns.map(({ read }) => read(value as ReportRow)), styles })
  }
  yield sheetEnd({ filter: `A1:${columnName(columns.length - 1)}${last}` })
}

interface SheetColumn {
  readonly name: string
  readonly style: Style
  readonly width: number
  read(row: ReportRow): SheetValue
}

/** Days from 1899-12-30, as Excel counts them, to 1970-01-01. */
const epochDays = 25_569
const serialOfDate = (date: string) => Date.parse(date) / dayMs + epochDays

/** A moment has a column in local time and one in UTC: a cell of Excel has no offset, and an hour comes twice in autumn. */
const sheetColumns =
  (zone: string) =>
  ({ name, type }: ReportColumn): readonly SheetColumn[] => {
    const of = (style: Style, width: number, read: (cell: Cell) => SheetValue, as = name): SheetColumn => ({
      ...{ name: as, style, width: Math.max(width, as.length + 3), read: (row) => read(row[name] ?? null) },
    })
    const numeric = (cell: Cell) => (typeof cell === 'number' ? rounded(cell) : null)
    switch (type) {
      case 'text':
        return [of('text', 16, (cell) => cell)]
      case 'flag':
        return [of('plain', 9, (cell) => cell)]
      case 'date':
        return [of('date', 12, (cell) => (typeof cell === 'string' ? serialOfDate(cell) : null))]
      case 'instant': {
        const clock = zoneClock(zone)
        const local = (cell: Cell) => (typeof cell === 'number' ? momentOf(cell + clock(cell).offsetMs) : null)
        const utc = (cell: Cell) => (typeof cell === 'number' ? momentOf(cell) : null)
        return [of('moment', 20, local), of('moment', 20, utc, `${name}_utc`)]
      }
      case 'share':
        return [of('share', 10, numeric)]
      case 'whole':
        return [of('whole', 9, numeric)]
      case 'number':
        return [of('number', 10, numeric)]
    }
  }

/** To the millisecond: six digits of a day would be 86 ms. */
const momentOf = (localMs: number) => Math.round((localMs / dayMs + epochDays) * 1e10) / 1e10
