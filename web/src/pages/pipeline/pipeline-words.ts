/** The desk's words with those of the pipeline's pages, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type PipelineKey, pipelineEn } from './en.ts'

export type PipelineWords = Words<TextKey | PipelineKey>

const WordsContext = createContext<PipelineWords | undefined>(undefined)

/** The page with its words around it, as the desk opens it. */
export async function withWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./de.ts')).pipelineDe : pipelineEn
  const words: PipelineWords = desk.words.with<PipelineKey>(texts)
  return () => createElement(WordsContext.Provider, { value: words }, createElement(page, null))
}

export function usePipelineWords(): PipelineWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a part of the pipeline pages was rendered outside of them')
  return words
}
