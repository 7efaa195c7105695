/** The desk's words with those of the layout editor, in the desk's language; and the editor, for its parts. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { createEditor, type Editor } from './editor.ts'
import { type LayoutKey, layoutEn } from './en.ts'

export type LayoutWords = Words<TextKey | LayoutKey>

interface Parts {
  readonly words: LayoutWords
  readonly editor: Editor
}

const PartsContext = createContext<Parts | undefined>(undefined)

export async function withEditor(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const texts = desk.words.locale === 'de' ? (await import('./de.ts')).layoutDe : layoutEn
  const value = { words: desk.words.with<LayoutKey>(texts), editor: createEditor() }
  return () => createElement(PartsContext.Provider, { value }, createElement(page, null))
}

export function useEditor(): Parts {
  const parts = useContext(PartsContext)
  if (!parts) throw new Error('a part of the layout editor was rendered outside of it')
  return parts
}
