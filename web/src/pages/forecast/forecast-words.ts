/** The desk's words with those of forecasts. */
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { pageWords } from '../../kit/page-words.ts'
import { type ForecastKey, forecastEn } from './en.ts'

export type ForecastWords = Words<TextKey | ForecastKey>

export const { load: withForecastWords, use: useForecastWords } = pageWords(
  'the forecast',
  forecastEn,
  async () => (await import('./de.ts')).forecastDe,
)
