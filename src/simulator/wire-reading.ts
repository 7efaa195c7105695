import type { MeasureName } from '@baykeeper/contract/measures.ts'

/** A reading as a sensor would send it: the names of the generic form, and its two spellings. */
export interface WireReading extends Partial<Record<MeasureName, number>> {
  readonly device: string
  /** That passes it on. */
  readonly gateway?: string
  readonly seq: number
  readonly epoch?: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly occupied: boolean
}

/** A counter knows nothing of a bay. */
type WireCount = Omit<WireReading, 'occupied'>

export const jsonLine = (reading: WireReading | WireCount): string =>
  JSON.stringify({ ...reading, time: new Date(reading.time).toISOString() })

/** `device,seq,time,occupied`, what a listener expects by default. A reading with an epoch has no place in these columns: it goes as key=value. */
export function csvLine({ device, seq, epoch, time, occupied }: WireReading): string {
  const at = new Date(time).toISOString()
  if (epoch !== undefined)
    return `device=${quoteValue(device)} epoch=${epoch} seq=${seq} time=${at} occupied=${occupied ? 1 : 0}`
  return `${quoteCell(device)},${seq},${at},${occupied ? 1 : 0}`
}

const quoteCell = (text: string) => (/[",\r\n={[]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const quoteValue = (text: string) => (/[\s,]/.test(text) ? `"${text}"` : text)
