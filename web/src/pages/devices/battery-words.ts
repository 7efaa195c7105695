/** When a battery is to be replaced, in words. */
import type { BatteryForecastOnWire } from '@baykeeper/contract/device-care.ts'
import type { useDevicesWords } from './devices-words.ts'

type Words = ReturnType<typeof useDevicesWords>['words']

export function batteryForecastText(
  words: Words,
  { low, replace_before, lasts_until, why }: BatteryForecastOnWire,
): string {
  if (low) return words.text('batteryLow')
  if (replace_before === null) return words.text(why ?? 'few-days')
  const month = (day: string) =>
    new Intl.DateTimeFormat(words.locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(day))
  const [before, until] = [month(replace_before), lasts_until === null ? undefined : month(lasts_until)]
  return until === undefined ? words.text('replaceOpen', { before }) : words.text('replaceBefore', { before, until })
}
