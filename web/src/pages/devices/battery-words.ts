/** When a battery is to be replaced, in words. */
import type { BatteryForecastOnWire } from '@baykeeper/contract/device-care.ts'
import type { useDevicesWords } from './devices-words.ts'

type Words = ReturnType<typeof useDevicesWords>['words']

/** Nearer than this a month is too coarse. */
const nearMs = 92 * 86_400_000

export function batteryForecastText(words: Words, of: BatteryForecastOnWire, now: number): string {
  const { low, replace_before, lasts_until, why } = of
  if (low) return words.text('batteryLow')
  if (replace_before === null) return words.text(why ?? 'few-days')
  const named = (text: string) => {
    const at = Date.parse(text)
    const day = at - now < nearMs ? ({ day: 'numeric' } as const) : {}
    return new Intl.DateTimeFormat(words.locale, { ...day, month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at)
  }
  const before = named(replace_before)
  return lasts_until === null
    ? words.text('replaceOpen', { before })
    : words.text('replaceBefore', { before, until: named(lasts_until) })
}
