/** A measured value as text. Pure. */
import type { Device, StoredReading } from '@baykeeper/contract/device.ts'
import type { Words } from '../../i18n/words.ts'

type Measured = Partial<Pick<Device & StoredReading, keyof Device & keyof StoredReading>>

export function presenceWord(words: Words, reading: Measured): string {
  if (reading.occupied === true) return words.text('readingOccupied')
  if (reading.occupied === false) return words.text('readingFree')
  if (reading.occupied === null) return words.text('readingUnknown')
  if (reading.count_in !== undefined || reading.count_out !== undefined)
    return `+${reading.count_in ?? 0} −${reading.count_out ?? 0}`
  if (reading.distance_mm !== undefined) return `${words.number(reading.distance_mm)} mm`
  return words.text('readingOther')
}

export function batteryWord(
  words: Words,
  device: Measured & { battery_low?: boolean | undefined },
): string | undefined {
  const parts = [
    device.battery_pct === undefined ? undefined : words.percent(device.battery_pct / 100),
    device.battery_v === undefined ? undefined : `${words.number(device.battery_v, 2)} V`,
    device.battery_low ? words.text('batteryLow') : undefined,
  ].filter((part) => part !== undefined)
  return parts.length > 0 ? parts.join(' · ') : undefined
}

/** `not certain` where a frame waits, or a boot was two: the number may be another one. */
export const missingWord = (
  words: Words,
  { missing, missing_certain }: Pick<Device, 'missing' | 'missing_certain'>,
): string => (missing_certain ? words.number(missing) : words.text('notCertain', { n: words.number(missing) }))

export const markNames = {
  'arrival-time': 'markArrival',
  late: 'markLate',
  'possible-repeat': 'markRepeat',
  'count-doubted': 'markCount',
} as const satisfies Record<StoredReading['quality'][number], string>
