/** The desk's words with those of the layout editor; and the editor, for its parts. */
import type { ComponentType } from 'preact'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { sharedBy, wordsIn } from '../../kit/page-words.ts'
import type { Desk } from '../../shell/desk.ts'
import { createEditor, type Editor } from './editor.ts'
import { type LayoutKey, layoutEn } from './en.ts'

export type LayoutWords = Words<TextKey | LayoutKey>

interface Parts {
  readonly words: LayoutWords
  readonly editor: Editor
}

const { around, use } = sharedBy<Parts>('the layout editor')
export const useEditor = use

export async function withEditor(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const words = await wordsIn(desk, layoutEn, async () => (await import('./de.ts')).layoutDe)
  return around({ words, editor: createEditor() }, page)
}
