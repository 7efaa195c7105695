/** Occupancy by weekday and hour as a grid, and below it how much of it is known. Coloured by value; every cell holds its number. */
import type { Cell, ReportRow } from '../report.ts'
import { rounded } from './cells.ts'
import { columnName, rowXml, sheetBegin, sheetEnd } from './sheet-xml.ts'
import type { WorkbookSheet } from './workbook.ts'

const hours = Array.from({ length: 24 }, (_, hour) => hour)
const lastColumn = columnName(hours.length)

export const heatmapSheet = (cells: readonly ReportRow[]): WorkbookSheet => ({ name: 'heatmap', xml: xmlOf(cells) })

function* xmlOf(cells: readonly ReportRow[]): Generator<string> {
  const days = [...Map.groupBy(cells, ({ day }) => String(day))]
  const hoursShown = hours.map((hour) => String(hour).padStart(2, '0'))
  const heat: string[] = []
  let row = 0
  yield sheetBegin([14, ...hours.map(() => 6)], { frozenColumns: 1 })
  for (const measure of ['occupancy', 'coverage'] as const) {
    yield rowXml(++row, { values: [measure, ...hoursShown], styles: Array(25).fill('head') })
    const first = row + 1
    for (const [day, of] of days) {
      const byHour = new Map(of.map((cell) => [cell['hour'], share(cell[measure] ?? null)]))
      const values = [day, ...hours.map((hour) => byHour.get(hour) ?? null)]
      yield rowXml(++row, { values, styles: ['text', ...hours.map(() => 'heat' as const)] })
    }
    if (measure === 'occupancy') heat.push(`B${first}:${lastColumn}${row}`)
    row++
  }
  yield sheetEnd({ heat })
}

const share = (cell: Cell) => (typeof cell === 'number' ? rounded(cell) : null)
