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

/** `bay,device` or, where the heading or a hardware id shows it, `device,bay`. */
const bayFirst = /^"?(bay|stellplatz|platz|id)"?\s*[,;\t]/i
const deviceFirst = /^"?(device|sensor|label|deveui|dev_eui|eui|gerät|geraet|etikett)"?\s*[,;\t]/i
const unquoted = (cell: string) => cell.trim().replaceAll(/^"|"$/g, '').replaceAll('""', '"').trim()

/** The first line may be a heading; empty lines are left out. */
export function readBayLines(text: string): ReadLine[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
  const isSwapped = deviceFirst.test(lines[0] ?? '')
  const hasHeading = isSwapped || bayFirst.test(lines[0] ?? '')
  const read = lines.flatMap((line, i): ReadLine[] =>
    line.trim() === '' || (i === 0 && hasHeading) ? [] : [{ line: i + 1, ...cellsOf(line, isSwapped) }],
  )
  return read.map((one, i) => ({ ...one, ...repeatedIn(read.slice(0, i), one) }))
}

function cellsOf(line: string, isSwapped: boolean): Omit<ReadLine, 'line'> {
  const [, first = '', separator = '', rest = ''] = /^("(?:[^"]|"")*"|[^,;\t]*)([,;\t])(.*)$/.exec(line.trim()) ?? []
  if (separator === '') return { fault: 'two-cells' }
  const cells = [unquoted(first), unquoted(rest)] as const
  const isHardware = () => {
    const label = readDeviceLabel(cells[0])
    return label.ok && label.label.form !== 'name'
  }
  const [bay, label] = isSwapped || isHardware() ? [cells[1], cells[0]] : cells
  if (bay === '') return { fault: 'no-bay' }
  const device = readDeviceLabel(label)
  return device.ok ? { bay, device: device.label.device } : { bay, fault: device.fault }
}

function repeatedIn(before: readonly ReadLine[], { bay, device, fault }: ReadLine): Pick<ReadLine, 'fault'> {
  if (fault !== undefined) return { fault }
  if (before.some((other) => other.bay === bay)) return { fault: 'bay-twice' }
  return before.some((other) => other.device === device) ? { fault: 'device-twice' } : {}
}
