/** The reason of a dead letter as text. */
import { type PipelineKey, pipelineEn } from './en.ts'
import type { PipelineWords } from './pipeline-words.ts'

const prefix = 'code_'
const keyOf = (code: string) => prefix + code.replaceAll('-', '_')

export const knownCodes: readonly string[] = Object.keys(pipelineEn)
  .filter((key) => key.startsWith(prefix))
  .map((key) => key.slice(prefix.length).replaceAll('_', '-'))

/** A code without a text is shown as it is. */
export const codeName = (words: PipelineWords, code: string): string =>
  keyOf(code) in pipelineEn ? words.text(keyOf(code) as PipelineKey) : code
