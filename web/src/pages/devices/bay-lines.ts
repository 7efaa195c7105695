/** Lines of bay and device label as people paste them from a spreadsheet, each read or with what is wrong with it. Pure. */
import { type LabelFault, readDeviceLabel } from '@baykeeper/contract/device-label.ts'

export interface BayLine {
  readonly bay: string
  readonly device: string
}

export type LineFault = LabelFault | 'two-cells' | 'no-bay' | 'bay-twice' | 'device-twice'

export interface ReadLine extends Partial<BayLine> {
  /** In the text, from 1. */
  readonly line: number
  readonly fault?: LineFault
}

/** `bay,device` or, where the heading or a hardware id shows it, `device,bay`; a heading may name more columns, as vendors' lists have. */
const bayName = /^(bay|stellplatz|platz|id)$/i
const deviceName = /^(device|sensor|label|dev[ _-]?eui|eui|gerät|geraet|etikett)$/i
const unquoted = (cell: string) => cell.trim().replaceAll(/^"|"$/g, '').replaceAll('""', '"').trim()
/** A cell with the separator behind it. Spaces around a cell are no part of it; a tab is a separator. */
const cellThen = / *("(?:[^"]|"")*" *(?=[,;\t]|$)|[^,;\t]*)([,;\t]|$)/y

interface Columns {
  readonly bay: number
  readonly device: number
}

/** The first line may be a heading; empty lines are left out. */
export function readBayLines(text: string): ReadLine[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
  const names = allCells(lines[0] ?? '')
  const hasHeading = names.length > 1 && names.some((name) => bayName.test(name) || deviceName.test(name))
  const columns = hasHeading ? columnsOf(names) : undefined
  const read = lines.flatMap((line, i): ReadLine[] =>
    line.trim() === '' || (i === 0 && hasHeading) ? [] : [{ line: i + 1, ...cellsOf(line, columns) }],
  )
  return read.map((one, i) => ({ ...one, ...repeatedIn(read.slice(0, i), one) }))
}

/** Undefined: two columns, in the order bay, device. */
function columnsOf(names: readonly string[]): Columns | undefined {
  const device = names.findIndex((name) => deviceName.test(name))
  const bay = names.findIndex((name) => bayName.test(name))
  if (device < 0 || (bay < 0 && names.length > 2)) return undefined
  return names.length === 2 && bay < 0 ? { device, bay: 1 - device } : { device, bay }
}

function allCells(line: string): string[] {
  const cells: string[] = []
  for (let at = 0; ; at = cellThen.lastIndex) {
    cellThen.lastIndex = at
    const [, cell = '', separator = ''] = cellThen.exec(line) ?? []
    cells.push(unquoted(cell))
    if (separator === '') return cells
  }
}

function cellsOf(line: string, columns: Columns | undefined): Omit<ReadLine, 'line'> {
  cellThen.lastIndex = 0
  const [whole = '', first = '', separator = ''] = cellThen.exec(line) ?? []
  if (separator === '') return { fault: 'two-cells' }
  const rest = line.slice(whole.length)
  if (columns) {
    const cells = allCells(line)
    return lineOf(cells[columns.bay] ?? '', cells[columns.device] ?? '')
  }
  const [one, two] = [unquoted(first), unquoted(rest)]
  const label = readDeviceLabel(one)
  return label.ok && label.label.form !== 'name' ? lineOf(two, one) : lineOf(one, two)
}

function lineOf(bay: string, label: string): Omit<ReadLine, 'line'> {
  if (bay === '') return { fault: 'no-bay' }
  const device = readDeviceLabel(label)
  return device.ok ? { bay, device: device.label.device } : { bay, fault: device.fault }
}

function repeatedIn(before: readonly ReadLine[], { bay, device, fault }: ReadLine): Pick<ReadLine, 'fault'> {
  if (fault !== undefined) return { fault }
  if (before.some((other) => other.bay === bay)) return { fault: 'bay-twice' }
  return before.some((other) => other.device === device) ? { fault: 'device-twice' } : {}
}
