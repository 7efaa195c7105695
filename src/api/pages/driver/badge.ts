/** A badge: name and free bays of a lot as a small picture, for pages that allow no frame. */
import { hasNumber } from '@baykeeper/contract/lot-words.ts'
import type { DriverLot } from '../../driver/lots.ts'
import type { DriverView } from '../../driver/view.ts'
import { html } from '../html.ts'
import type { PageWords } from '../page-words.ts'
import { shownOf } from './parts.ts'

/** Wider than any letter of the font is on average: text never leaves its field. */
const charW = 8
const paddingW = 10
const height = 24

export function badgePicture(lot: DriverLot, view: DriverView, words: PageWords): string {
  const shown = shownOf(lot, { view, words })
  const text = hasNumber(shown.state) && shown.free !== 0 ? words.lot.free(shown.free ?? 0) : shown.word
  const { name } = lot.site
  const [left, right] = [widthOf(name), widthOf(text)]
  // Not as colour alone: the text states it too.
  const fill = shown.state === 'free' || shown.state === 'nearly-full' ? '#06704f' : '#56616f'
  const title = `${name}: ${text}`
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${height}" viewBox="0 0 ${left + right} ${height}" role="img" aria-label="${title}"><title>${title}</title><rect width="${left}" height="${height}" fill="#26344d"/><rect x="${left}" width="${right}" height="${height}" fill="${fill}"/><g fill="#fff" font-family="system-ui, sans-serif" font-size="13" text-anchor="middle"><text x="${left / 2}" y="17">${name}</text><text x="${left + right / 2}" y="17" font-weight="600">${text}</text></g></svg>`
    .html
}

const widthOf = (text: string) => [...text].length * charW + 2 * paddingW

/** One line of plain text, for small displays and scripts. */
export function lotText(lot: DriverLot, view: DriverView, words: PageWords): string {
  const { free, word, detail } = shownOf(lot, { view, words })
  const number = free === undefined ? '' : `${words.lot.number(free)} `
  return `${lot.site.name}: ${number}${word}${detail === '' ? '' : ` (${detail})`}\n`
}
