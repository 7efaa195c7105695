/** The desk's words with those of the tools of the Live page. */
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { pageWords } from '../../kit/page-words.ts'
import { type ToolsKey, toolsEn } from './tools-en.ts'

export type ToolsWords = Words<TextKey | ToolsKey>

export const { load: withToolsWords, use: useToolsWords } = pageWords(
  'the tools of the Live page',
  toolsEn,
  async () => (await import('./tools-de.ts')).toolsDe,
)
