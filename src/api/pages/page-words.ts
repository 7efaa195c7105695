/** The words of a page that the server writes, in one language. */
import { type LotWords, lotWords } from '@baykeeper/contract/lot-words.ts'
import { type Locale, locales } from '@baykeeper/contract/vocabulary.ts'
import { de } from './de.ts'
import { en, type PageTexts } from './en.ts'
import { type Html, html } from './html.ts'

export interface PageWords extends PageTexts {
  readonly locale: Locale
  readonly lot: LotWords
}

const dictionaries: Readonly<Record<Locale, PageTexts>> = { en, de }
const ownNames: Readonly<Record<Locale, string>> = { en: 'English', de: 'Deutsch' }

export const pageWords = (locale: Locale): PageWords => ({ ...dictionaries[locale], locale, lot: lotWords(locale) })

/** Links to the page at `path` in the other languages; without it to the page that is shown. */
export const otherLanguages = ({ locale }: PageWords, path = ''): Html =>
  html`${locales
    .filter((other) => other !== locale)
    .map(
      (other) => html` · <a href="${path}?lang=${other}" hreflang="${other}" lang="${other}">${ownNames[other]}</a>`,
    )}`
