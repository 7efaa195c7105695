/** The desk's words with those of the pages about people and keys, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type AccessKeyText, accessEn, type ChoiceTexts, choicesEn } from './en.ts'

interface AccessWords {
  readonly words: Words<TextKey | AccessKeyText>
  readonly choices: ChoiceTexts
}

const WordsContext = createContext<AccessWords | undefined>(undefined)

/** The page with its words around it, as the desk opens it. */
export async function withWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const german = desk.words.locale === 'de' ? await import('./de.ts') : undefined
  const words = desk.words.with<AccessKeyText>(german?.accessDe ?? accessEn)
  const value = { words, choices: german?.choicesDe ?? choicesEn }
  return () => createElement(WordsContext.Provider, { value }, createElement(page, null))
}

export function useAccessWords(): AccessWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a part of the pages about people and keys was rendered outside of them')
  return words
}

/** Ids of sites as they are typed; null: all. */
export function sitesIn(text: string): string[] | null {
  const ids = text.split(',').flatMap((id) => id.trim() || [])
  return ids.length > 0 ? ids : null
}
