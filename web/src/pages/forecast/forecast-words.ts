/** The desk's words with those of forecasts, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type ForecastKey, forecastEn } from './en.ts'

export type ForecastWords = Words<TextKey | ForecastKey>

const WordsContext = createContext<ForecastWords | undefined>(undefined)

/** The part with its words around it, as the desk opens it. */
export async function withForecastWords(desk: Desk, part: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./de.ts')).forecastDe : forecastEn
  const words: ForecastWords = desk.words.with<ForecastKey>(texts)
  return () => createElement(WordsContext.Provider, { value: words }, createElement(part, null))
}

export function useForecastWords(): ForecastWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a part of the forecast was rendered outside of it')
  return words
}
