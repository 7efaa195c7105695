/** Why the server is not ready, in the language of the page. Texts of a database or a disk stay as they came. */
import type { HealthProblem } from '@baykeeper/contract/health.ts'
import { type PipelineKey, pipelineEn } from './en.ts'
import type { PipelineWords } from './pipeline-words.ts'

/** A reason this page has no text for yet is shown as the server words it. */
export function problemText(words: PipelineWords, { code, params, detail }: HealthProblem): string {
  const key = `problem_${code.replaceAll('-', '_')}`
  if (!(key in pipelineEn)) return detail
  const text = words.text(key as PipelineKey, params)
  if ('tries' in params) return `${words.text('problemTries', params)} ${text}`
  return 'records' in params ? `${words.text('problemRecords', params)} ${text}` : text
}
