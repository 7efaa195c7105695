/** The desk's words with those of the reports page, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type ReportKey, reportEn } from './en.ts'

export type ReportWords = Words<TextKey | ReportKey>

const WordsContext = createContext<ReportWords | undefined>(undefined)

/** The page with its words around it, as the desk opens it. */
export async function withReportWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./de.ts')).reportDe : reportEn
  const words: ReportWords = desk.words.with<ReportKey>(texts)
  return () => createElement(WordsContext.Provider, { value: words }, createElement(page, null))
}

export function useReportWords(): ReportWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a part of the reports page was rendered outside of it')
  return words
}
