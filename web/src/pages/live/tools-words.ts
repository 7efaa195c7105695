/** The desk's words with those of the tools of the Live page, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type ToolsKey, toolsEn } from './tools-en.ts'

export type ToolsWords = Words<TextKey | ToolsKey>

const WordsContext = createContext<ToolsWords | undefined>(undefined)

export async function withToolsWords(desk: Desk, part: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./tools-de.ts')).toolsDe : toolsEn
  const value: ToolsWords = desk.words.with<ToolsKey>(texts)
  return () => createElement(WordsContext.Provider, { value }, createElement(part, null))
}

export function useToolsWords(): ToolsWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a tool of the Live page was rendered outside of it')
  return words
}
