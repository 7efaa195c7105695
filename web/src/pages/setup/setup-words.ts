/** The desk's words with those of the pages about sources, settings and the first steps, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type SetupKey, setupEn } from './en.ts'

type SetupWords = Words<TextKey | SetupKey>

const WordsContext = createContext<SetupWords | undefined>(undefined)

/** The page with its words around it, as the desk opens it. */
export async function withWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./de.ts')).setupDe : setupEn
  const words: SetupWords = desk.words.with<SetupKey>(texts)
  return () => createElement(WordsContext.Provider, { value: words }, createElement(page, null))
}

export function useSetupWords(): SetupWords {
  const words = useContext(WordsContext)
  if (!words)
    throw new Error('a part of the pages about sources, settings and the first steps was rendered outside of it')
  return words
}
