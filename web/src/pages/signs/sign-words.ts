/** The desk's words with those of the page about signs, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type SignsKey, signsEn } from './en.ts'

type SignWords = Words<TextKey | SignsKey>

const WordsContext = createContext<SignWords | undefined>(undefined)

/** The page with its words around it, as the desk opens it. */
export async function withWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./de.ts')).signsDe : signsEn
  const words: SignWords = desk.words.with<SignsKey>(texts)
  return () => createElement(WordsContext.Provider, { value: words }, createElement(page, null))
}

export function useSignWords(): SignWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a part of the page about signs was rendered outside of it')
  return words
}
