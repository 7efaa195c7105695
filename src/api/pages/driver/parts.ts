/** Parts that the pages for drivers have in common. */

import type { OccupancyCounts } from '@baykeeper/contract/live.ts'
import { hasNumber, lotState } from '@baykeeper/contract/lot-words.ts'
import { type BayType, type LotState, locales } from '@baykeeper/contract/vocabulary.ts'
import { type Ahead, chancesOf, surelyChances } from '../../driver/ahead.ts'
import { type DriverLot, openingOf } from '../../driver/lots.ts'
import type { DriverView } from '../../driver/view.ts'
import { type Html, html } from '../html.ts'
import type { PageWords } from '../page-words.ts'

/** What the address of a page asks for. */
export interface Wanted {
  /** As it was typed: `18:30`. */
  readonly at?: string | undefined
  readonly type?: BayType | undefined
}

/** An address with what it asks for; what is undefined is left out. */
export function addressOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** The same page in the other languages, with all that its address asks for. */
export const languageLinks = (
  { locale }: PageWords,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Html =>
  html`${locales
    .filter((other) => other !== locale)
    .map(
      (other) =>
        html`<a href="${addressOf(path, { ...query, lang: other })}" hreflang="${other}" lang="${other}">${ownNames[other]}</a>`,
    )}`
export const ownNames = { en: 'English', de: 'Deutsch' } as const

/** What is shown of a lot now, in one number and one word. */
export interface Shown {
  readonly state: LotState
  /** Undefined: no number is shown. */
  readonly free: number | undefined
  readonly word: string
  /** In small letters below. */
  readonly detail: string
}

interface Asked {
  readonly view: DriverView
  readonly words: PageWords
  readonly type?: BayType | undefined
}

export function shownOf(lot: DriverLot, { view, words, type }: Asked): Shown {
  const { driver } = words
  const counts = countsOf(lot, type)
  if (!counts) return { state: 'no-data', free: undefined, word: '', detail: driver.noneOfType }
  const opening = openingOf(lot, view.now)
  if (!opening.isOpen) {
    const until = opening.changes === undefined ? '' : driver.opensAt(timeOf(lot, opening.changes, { view, words }))
    return { state: 'closed', free: undefined, word: driver.closed, detail: until }
  }
  if (view.freshness.is !== 'live') {
    const { since } = view.freshness
    const detail = since === undefined ? '' : driver.noLiveSince(timeOf(lot, since, { view, words }))
    return { state: 'no-data', free: undefined, word: driver.noLiveData, detail }
  }
  const state = lotState(counts)
  return {
    state,
    free: hasNumber(state) ? counts.free : undefined,
    word: words.lot.state(state),
    detail: words.lot.ofBays(counts),
  }
}

/** Undefined where the lot has no bay of the type. */
export const countsOf = (lot: DriverLot, type: BayType | undefined): OccupancyCounts | undefined =>
  type === undefined ? lot.occupancy : lot.types.get(type)

/** "18:30" by the clock of the lot; with the day where it is not today. */
export function timeOf(
  { site: { zone } }: DriverLot,
  at: number,
  { view, words }: Pick<Asked, 'view' | 'words'>,
): string {
  const time = words.lot.minute(at, zone)
  const day = (moment: number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(moment)
  if (day(at) === day(view.now)) return time
  return `${new Intl.DateTimeFormat(words.locale, { timeZone: zone, weekday: 'short' }).format(at)} ${time}`
}

export const bigNumber = ({ free, word }: Shown, words: PageWords): Html =>
  html`<span class="number">${free === undefined ? '–' : words.lot.number(free)}</span> <span class="word">${word}</span>`

/** "Live · updated 4 s ago", or since when there is nothing. */
export function freshLine({ view, words }: Asked): Html {
  const { driver, lot } = words
  const { is, since } = view.freshness
  if (is === 'live') return html`<span class="fresh live"><b>${driver.live}</b></span>`
  const [first] = view.lots
  const zone = first?.site.zone ?? 'UTC'
  return html`<span class="fresh down"><b>${since === undefined ? driver.noLiveData : driver.noLiveSince(lot.minute(since, zone))}</b></span>`
}

/** Above the numbers while there are none. */
export function downNote({ view, words }: Asked): Html | undefined {
  const { driver, lot } = words
  const { is, since } = view.freshness
  if (is === 'live') return undefined
  const zone = view.lots[0]?.site.zone ?? 'UTC'
  const text =
    is === 'unread'
      ? driver.notReadYet
      : since === undefined
        ? driver.noLiveNow
        : driver.noLiveText(`${lot.minute(since, zone)} (${zone})`)
  return html`<p class="note" role="status">${text}</p>`
}

/** Filled and shown by the script when the server is not reached for a minute. */
export const lostNote = ({ driver }: PageWords): Html =>
  html`<p class="note" id="lost" role="status" data-text="${driver.connectionLost}" data-word="${driver.noLiveData}" hidden></p>`

export function typeCounts(lot: DriverLot, { view, words }: Asked): Html | undefined {
  if (view.freshness.is !== 'live' || lot.types.size < 2 || !openingOf(lot, view.now).isOpen) return undefined
  const { driver } = words
  return html`<ul class="types">${[...lot.types].map(([type, counts]) => {
    const state = lotState(counts)
    return html`<li><b>${hasNumber(state) ? words.lot.number(counts.free) : '–'}</b> ${driver.types[type]}</li>`
  })}</ul>`
}

export function openLine(lot: DriverLot, { view, words }: Asked): string {
  const { driver } = words
  if (!lot.site.open) return driver.openAlways
  const { isOpen, changes } = openingOf(lot, view.now)
  const time = changes === undefined ? undefined : timeOf(lot, changes, { view, words })
  if (isOpen) return time === undefined ? driver.openNow : driver.openUntil(time)
  return time === undefined ? driver.closed : driver.closedUntil(time)
}

export function chanceWord(chances: number, { chanceWords }: PageWords['driver']): string {
  if (chances >= surelyChances) return chanceWords.veryLikely
  if (chances >= 15) return chanceWords.likely
  if (chances >= 8) return chanceWords.uncertain
  return chances >= 3 ? chanceWords.unlikely : chanceWords.veryUnlikely
}

/** What is expected at a later time, in a word, a picture of dots and a range. */
export function aheadPart(ahead: Ahead, words: PageWords, more?: Html): Html {
  const { driver } = words
  if (ahead.is === 'none') return html`<p class="muted">${noneText(ahead, words)}</p>`
  if (ahead.is === 'usual') return html`<p class="chance">${ahead.busy ? driver.usuallyBusy : driver.usuallySpace}</p>`
  const [from, to] = [words.lot.number(ahead.from), words.lot.number(ahead.to)]
  return html`<p class="chance">${chanceWord(ahead.chances, driver)}</p>
${dots(ahead.chances, driver)}
<p class="muted">${driver.chances(String(ahead.chances))}<br>${driver.range(from, to)}</p>${more}`
}

function noneText({ why, days }: Extract<Ahead, { is: 'none' }>, { driver, lot }: PageWords): string {
  if (why === 'history' && days !== undefined) return driver.noForecast.historyDays(lot.number(Math.floor(days)))
  return driver.noForecast[why]
}

/** Two rows of ten. */
function dots(chances: number, driver: PageWords['driver']): Html {
  const circles = Array.from({ length: chancesOf }, (_, k) => {
    const [x, y] = [5 + (k % 10) * 11, 5 + Math.floor(k / 10) * 11]
    return html`<circle class="${k < chances ? 'yes' : 'no'}" cx="${x}" cy="${y}" r="4"></circle>`
  })
  return html`<svg class="dots" viewBox="0 0 109 21" role="img" aria-label="${driver.dots(String(chances))}">${circles}</svg>`
}

/** How much of a level is taken, of what is known. */
export function bar({ free, occupied, reserved }: OccupancyCounts): Html {
  const known = free + occupied + reserved
  const taken = known === 0 ? 0 : Math.round((100 * (occupied + reserved)) / known)
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="all${known === 0 ? ' none' : ''}" width="100" height="8"></rect><rect class="taken" width="${taken}" height="8"></rect></svg>`
}
