/** The desk's words with those of the page about signs. */
import { pageWords } from '../../kit/page-words.ts'
import { signsEn } from './en.ts'

export const { load: withWords, use: useSignWords } = pageWords(
  'the page about signs',
  signsEn,
  async () => (await import('./de.ts')).signsDe,
)
