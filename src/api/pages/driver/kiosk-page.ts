/** A touch screen at an entrance: lots by kind of bay, one lot with its levels, and a code that opens directions on a phone. */
import { hasNumber, lotState } from '@baykeeper/contract/lot-words.ts'
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { locales } from '@baykeeper/contract/vocabulary.ts'
import { choosableTypes, type DriverLot, openingOf, placeOf } from '../../driver/lots.ts'
import type { DriverView } from '../../driver/view.ts'
import type { Assets } from '../assets.ts'
import { pageText } from '../frame.ts'
import { type Html, html } from '../html.ts'
import type { PageWords } from '../page-words.ts'
import { geoAddress } from './lot-page.ts'
import { addressOf, bar, bigNumber, countsOf, downNote, lostNote, openLine, ownNames, shownOf } from './parts.ts'
import { qrPicture } from './qr.ts'

export interface KioskPage {
  readonly assets: Assets
  readonly words: PageWords
  readonly view: DriverView
  readonly simulated: boolean
  /** Of the kiosk: the address that it returns to. */
  readonly home: string
  /** Lots that it offers. */
  readonly lots: readonly DriverLot[]
  /** The one that was tapped. */
  readonly lot: DriverLot | undefined
  readonly type: BayType | undefined
  readonly isLarge: boolean
}

/** Left alone for so long, it begins again. */
const idleS = 60

export function kioskPage(page: KioskPage): string {
  const { assets, words, view, home, lot, isLarge } = page
  const { driver } = words
  const zone = view.lots[0]?.site.zone ?? 'UTC'
  const title = view.name === '' ? words.parking : view.name
  return pageText({
    ...{ title, words, assets, styles: 'kiosk', page: 'public', bodyClass: `kiosk${isLarge ? ' large' : ''}` },
    refresh: { afterS: idleS, to: home },
    body: html`<header><h1>${title}</h1>${page.simulated ? html`<strong class="mark">${words.simulated}</strong>` : undefined}<time data-part="time">${words.lot.minute(view.now, zone)}</time></header>
<main data-every="10" data-idle="${idleS}" data-home="${home}">
<div data-part="down">${downNote({ view, words })}</div>${lostNote(words)}
${lot ? oneLot(page, lot) : allLots(page)}
</main>
<footer>${locales.map((locale) => kioskLink(page, ownNames[locale], { lang: locale }, locale === words.locale))}
${kioskLink(page, html`A+<span class="unseen"> ${driver.kioskLarger}</span>`, { big: isLarge ? undefined : '1' }, isLarge)}
<a href="${home}">${driver.kioskAgain}</a></footer>`,
  })
}

type Query = Readonly<Record<string, string | undefined>>

function addressWith({ home, lot, type, isLarge, words }: KioskPage, changed: Query): string {
  const query = { lot: lot?.site.id, type, lang: words.locale, big: isLarge ? '1' : undefined, ...changed }
  return addressOf(home, query)
}

const kioskLink = (page: KioskPage, text: Html | string, changed: Query, isCurrent: boolean): Html =>
  html`<a href="${addressWith(page, changed)}"${isCurrent ? html` aria-current="true"` : undefined}>${text}</a>`

function allLots(page: KioskPage): Html {
  const { words, view, lots, type } = page
  const { driver } = words
  const types = choosableTypes(lots)
  return html`<h2>${driver.kioskTitle}</h2>
${
  types.length === 0
    ? undefined
    : html`<nav class="choices" aria-label="${driver.bayType}">${kioskLink(page, driver.any, { type: undefined }, type === undefined)}${types.map((each) => kioskLink(page, driver.types[each], { type: each }, type === each))}</nav>`
}
<ul class="tiles" data-part="lots">${lots.map((lot) => {
    const shown = shownOf(lot, { view, words, type })
    return html`<li data-state="${shown.state}"><a href="${addressWith(page, { lot: lot.site.id })}">
<span class="place"><b>${lot.site.name}</b><small>${openLine(lot, { view, words })}${bestLevel(lot, page)}</small></span>
<span class="big">${bigNumber(shown, words)}</span></a></li>`
  })}</ul>
<p class="muted">${driver.kioskHint}</p>`
}

function bestLevel(lot: DriverLot, { view, words, type }: KioskPage): string {
  if (type !== undefined || lot.levels.length < 2 || view.freshness.is !== 'live') return ''
  if (!openingOf(lot, view.now).isOpen) return ''
  const known = lot.levels.filter(({ occupancy }) => hasNumber(lotState(occupancy)))
  const [best] = known.toSorted((a, b) => b.occupancy.free - a.occupancy.free)
  if (!best || best.occupancy.free === 0) return ''
  return ` · ${words.driver.mostSpace(`${best.name}, ${words.lot.free(best.occupancy.free)}`)}`
}

function oneLot(page: KioskPage, lot: DriverLot): Html {
  const { words, view, type } = page
  const { driver } = words
  const shown = shownOf(lot, { view, words, type })
  const place = placeOf(lot)
  const isShown = view.freshness.is === 'live' && openingOf(lot, view.now).isOpen && countsOf(lot, type) !== undefined
  return html`<nav class="choices">${kioskLink(page, driver.kioskBack, { lot: undefined }, false)}</nav>
<section class="card" data-part="lot"><h2>${lot.site.name}</h2>
<div data-state="${shown.state}"><p class="big">${bigNumber(shown, words)}</p></div>
<p class="muted">${shown.detail}</p><p>${openLine(lot, { view, words })}</p>
${
  isShown && lot.levels.length > 1 && type === undefined
    ? html`<table class="levels bars">${lot.levels.map(
        ({ name, occupancy }) =>
          html`<tr><th scope="row">${name}</th><td>${bar(occupancy)}</td><td>${words.lot.level(occupancy)}</td></tr>`,
      )}</table>`
    : undefined
}</section>
<section class="card">${
    place
      ? html`${qrPicture(geoAddress(place), driver.directions)}<p>${driver.kioskScan}</p>`
      : html`<p class="muted">${driver.kioskNoPlace}</p>`
  }</section>`
}
