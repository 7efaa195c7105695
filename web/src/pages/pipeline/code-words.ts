/** Why a frame was not understood, in words. */
import { type PipelineKey, pipelineEn } from './en.ts'
import type { PipelineWords } from './pipeline-words.ts'

const prefix = 'code_'
const keyOf = (code: string) => prefix + code.replaceAll('-', '_')

export const knownCodes: readonly string[] = Object.keys(pipelineEn)
  .filter((key) => key.startsWith(prefix))
  .map((key) => key.slice(prefix.length).replaceAll('_', '-'))

/** A code this page has no word for yet is shown as it is. */
export const codeName = (words: PipelineWords, code: string): string =>
  keyOf(code) in pipelineEn ? words.text(keyOf(code) as PipelineKey) : code
