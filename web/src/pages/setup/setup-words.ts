/** The desk's words with those of the pages about sources, settings and the first steps. */
import { pageWords } from '../../kit/page-words.ts'
import { setupEn } from './en.ts'

export const { load: withWords, use: useSetupWords } = pageWords(
  'the pages about sources, settings and the first steps',
  setupEn,
  async () => (await import('./de.ts')).setupDe,
)
