/**
 * A board for a screen above a road or an entrance: a number and a word for each lot, large. The server chooses the page and the language by
 * its clock each time the screen asks, so a screen without a script alternates too. No old number is ever shown.
 */

import type { OccupancyCounts } from '@baykeeper/contract/live.ts'
import { hasNumber, lotState } from '@baykeeper/contract/lot-words.ts'
import type { Locale, LotState } from '@baykeeper/contract/vocabulary.ts'
import { type DriverLot, openingOf } from '../../driver/lots.ts'
import type { DriverView } from '../../driver/view.ts'
import type { Assets } from '../assets.ts'
import { pageText } from '../frame.ts'
import { type Html, html } from '../html.ts'
import { type PageWords, pageWords } from '../page-words.ts'
import { lostNote } from './parts.ts'

export const boardThemes = ['led', 'light', 'dark'] as const
export type BoardTheme = (typeof boardThemes)[number]
export const boardArrows = ['up', 'right', 'down', 'left', 'none'] as const
export type BoardArrow = (typeof boardArrows)[number]

/** What a sign shows is decided by the sign (docs/signs.md). */
export interface SignRow {
  readonly name: string
  readonly text: string
  readonly isFull: boolean
}

export interface BoardPage {
  readonly assets: Assets
  readonly view: DriverView
  readonly simulated: boolean
  /** Undefined: all lots. */
  readonly lot: DriverLot | undefined
  readonly sign: SignRow | undefined
  readonly theme: BoardTheme
  /** Alternating. */
  readonly locales: readonly [Locale, ...Locale[]]
  /** Fewer free bays are FULL. */
  readonly floor: number
  readonly arrows: readonly BoardArrow[]
}

/** A language, and a page where there are more lots than fit, is shown for so long. */
export const boardTurnS = 8
const rowsMax = 4

interface Row {
  readonly name: string
  readonly arrow: BoardArrow
  readonly state: LotState
  readonly number: string
  readonly word: string
}

export function boardPage(page: BoardPage): string {
  const { assets, view, theme, locales } = page
  const turn = Math.floor(view.now / (boardTurnS * 1_000))
  const locale = locales[turn % locales.length] ?? locales[0]
  const words = pageWords(locale)
  const rows = rowsOf(page, words)
  const pages = Math.max(1, Math.ceil(rows.length / rowsMax))
  // Each page is shown once in every language.
  const perPage = Math.ceil(rows.length / pages)
  const first = (Math.floor(turn / locales.length) % pages) * perPage
  const shown = rows.slice(first, first + perPage)
  const { driver, lot } = words
  const zone = view.lots[0]?.site.zone ?? 'UTC'
  return pageText({
    title: driver.boardTitle,
    ...{ words, assets, refreshS: boardTurnS, styles: 'board', page: 'public', bodyClass: `board ${theme}` },
    body: html`<main data-every="${boardTurnS}">
<div class="shown rows-${Math.max(1, shown.length)}" data-part="board" lang="${locale}">
<header><h1>${page.lot ? page.lot.site.name : driver.boardTitle}</h1>${page.simulated ? html`<strong class="mark">${words.simulated}</strong>` : undefined}<time>${lot.minute(view.now, zone)}</time></header>
${shown.length === 0 ? html`<p class="empty">${driver.noLots}</p>` : html`<ol>${shown.map(rowOf)}</ol>`}
<footer><span>${driver.boardUpdated(secondOf(view.now, zone, locale))}</span>${page.floor > 1 && !page.sign ? html`<span>${driver.boardFloor(lot.number(page.floor))}</span>` : undefined}</footer>
</div>
${lostNote(words)}
</main>`,
  })
}

const rowOf = ({ name, arrow, state, number, word }: Row): Html =>
  html`<li data-state="${state}">${arrowPart(arrow)}<span class="name">${name}</span> <span class="number">${number}</span> <span class="word">${word}</span></li>`

function rowsOf({ view, lot, sign, floor, arrows }: BoardPage, words: PageWords): readonly Row[] {
  const arrowAt = (k: number) => arrows[k] ?? 'none'
  if (sign) {
    const isNumber = /^\d+$/.test(sign.text)
    const state = sign.isFull ? 'full' : isNumber ? 'free' : 'no-data'
    const word = isNumber ? words.driver.boardFree : ''
    return [{ name: sign.name, arrow: arrowAt(0), state, number: sign.text || '–', word }]
  }
  const isOpen = (of: DriverLot) => openingOf(of, view.now).isOpen
  const isLive = view.freshness.is === 'live'
  const row = (name: string, counts: OccupancyCounts, k: number, open: boolean): Row => ({
    ...{ name, arrow: arrowAt(k) },
    ...stateOf(counts, { isLive, isOpen: open, floor }, words),
  })
  if (!lot) return view.lots.map((each, k) => row(each.site.name, each.occupancy, k, isOpen(each)))
  if (lot.levels.length < 2) return [row(lot.site.name, lot.occupancy, 0, isOpen(lot))]
  return lot.levels.map(({ name, occupancy }, k) => row(name, occupancy, k, isOpen(lot)))
}

interface Judged {
  readonly isLive: boolean
  readonly isOpen: boolean
  readonly floor: number
}

function stateOf(
  counts: OccupancyCounts,
  { isLive, isOpen, floor }: Judged,
  { driver, lot }: PageWords,
): Pick<Row, 'state' | 'number' | 'word'> {
  const state = lotState(counts)
  if (!isOpen || state === 'closed') return { state: 'closed', number: driver.boardClosed, word: '' }
  if (!isLive || !hasNumber(state)) return { state: 'no-data', number: '–', word: driver.noLiveData }
  if (counts.free < Math.max(1, floor)) return { state: 'full', number: driver.boardFull, word: '' }
  return { state: 'free', number: lot.number(counts.free), word: driver.boardFree }
}

const turns: Readonly<Record<BoardArrow, string>> = { up: '0', right: '90', down: '180', left: '270', none: '' }

function arrowPart(arrow: BoardArrow): Html | undefined {
  if (arrow === 'none') return undefined
  return html`<svg class="arrow" viewBox="0 0 24 24" aria-hidden="true"><path transform="rotate(${turns[arrow]} 12 12)" d="M12 21V4M4 12l8-8 8 8"></path></svg>`
}

const secondOf = (at: number, timeZone: string, locale: Locale) =>
  new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'medium', hourCycle: 'h23' }).format(at)
