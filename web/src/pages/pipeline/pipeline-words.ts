/** The desk's words with those of the pipeline's pages. */
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { pageWords } from '../../kit/page-words.ts'
import { type PipelineKey, pipelineEn } from './en.ts'

export type PipelineWords = Words<TextKey | PipelineKey>

export const { load: withWords, use: usePipelineWords } = pageWords(
  'the pipeline pages',
  pipelineEn,
  async () => (await import('./de.ts')).pipelineDe,
)
