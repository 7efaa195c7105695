/** The desk's words with those of the reports page. */
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { pageWords } from '../../kit/page-words.ts'
import { type ReportKey, reportEn } from './en.ts'

export type ReportWords = Words<TextKey | ReportKey>

export const { load: withReportWords, use: useReportWords } = pageWords(
  'the reports page',
  reportEn,
  async () => (await import('./de.ts')).reportDe,
)
