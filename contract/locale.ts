/** The language of a page, chosen alike by the server and by the scripts of the pages. Pure. */
import { type Locale, locales } from './vocabulary.ts'

/** Language by address, then cookie, then the list of the browser, best first. */
export function chooseLocale(search: string, cookie: string, preferred: readonly string[]): Locale {
  const asked = new URLSearchParams(search).get('lang')
  const kept = /(?:^|;\s*)lang=([a-z-]+)/i.exec(cookie)?.[1]
  for (const tag of [asked, kept, ...preferred]) {
    const found = locales.find((locale) => tag?.toLowerCase().split('-')[0] === locale)
    if (found) return found
  }
  return locales[0]
}
