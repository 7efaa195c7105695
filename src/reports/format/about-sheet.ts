/** The sheet that explains a report: place, period, coverage, limits, and what every column means. */
import { reportKinds } from '@baykeeper/contract/reports.ts'
import type { CoveredPeriod, Report } from '../report.ts'
import { isoIn, rounded } from './cells.ts'
import { rowXml, type SheetRow, type SheetValue, type Style, sheetBegin, sheetEnd } from './sheet-xml.ts'
import type { WorkbookSheet } from './workbook.ts'

const lastBefore = (day: string) => Temporal.PlainDate.from(day).subtract({ days: 1 }).toString()

export function aboutSheet({ head, tables }: Report): WorkbookSheet {
  const iso = isoIn(head.timeZone)
  const rows: SheetRow[] = []
  const add = (values: readonly SheetValue[], styles: readonly Style[] = ['text', 'prose', 'prose', 'prose']) =>
    rows.push({ values, styles })
  const periodRows = (name: string, { begin, end, coverage, from, to }: CoveredPeriod) => {
    add([name, `${from} to ${lastBefore(to)}`])
    add([`${name}, first moment`, iso(begin)])
    add([`${name}, end`, iso(end)])
    add([`${name}, coverage`, coverage === null ? null : rounded(coverage)], ['text', 'share'])
  }
  add([`Baykeeper report: ${head.kind}`], ['title'])
  add([reportKinds[head.kind].about])
  add(['Place', head.place])
  add(['Bays in the current layout', head.bays], ['text', 'whole'])
  add(['Time zone', head.timeZone])
  add(['Made', iso(head.made)])
  periodRows('Period', head.period)
  if (head.before) periodRows('Compared with', head.before)
  for (const note of head.notes) add(['Note', note])
  add([
    'Unknown',
    'Counts neither as free nor as taken. A cell of which nothing is known is empty; coverage is the share that is known.',
  ])
  add([])
  add(['table', 'column', 'type', 'meaning'], ['head', 'head', 'head', 'head'])
  for (const { table } of tables) {
    add([table.name, null, null, table.about])
    for (const { name, type, about } of table.columns) add([table.name, name, type, about])
  }
  return { name: 'About', xml: xmlOf(rows) }
}

function* xmlOf(rows: readonly SheetRow[]): Generator<string> {
  yield sheetBegin([26, 34, 10, 100])
  for (const [i, row] of rows.entries()) yield rowXml(i + 1, row)
  yield sheetEnd()
}
