/** One lot: free now by kind of bay and level, a later time, opening hours, and the way there. */
import { hasNumber, lotState } from '@baykeeper/contract/lot-words.ts'
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { Hours } from '../../../domain/layout.ts'
import type { Ahead } from '../../driver/ahead.ts'
import { choosableTypes, type DriverLot, openingOf, placeOf } from '../../driver/lots.ts'
import type { DriverView } from '../../driver/view.ts'
import type { Assets } from '../assets.ts'
import { pageText, plainPage } from '../frame.ts'
import { type Html, html } from '../html.ts'
import type { PageWords } from '../page-words.ts'
import { arrivingForm, typeChips } from './arriving.ts'
import {
  addressOf,
  aheadPart,
  bar,
  bigNumber,
  downNote,
  freshLine,
  languageLinks,
  lostNote,
  openLine,
  shownOf,
  timeOf,
  typeCounts,
  type Wanted,
} from './parts.ts'

export interface LotPage {
  readonly assets: Assets
  readonly words: PageWords
  readonly view: DriverView
  readonly lot: DriverLot
  readonly wanted: Wanted
  readonly at: number
  readonly ahead: Ahead
  /** Another lot at which a place is very likely then. */
  readonly other: DriverLot | undefined
  readonly simulated: boolean
}

const refreshS = 10

export function lotPage(page: LotPage): string {
  const { assets, words, view, lot, wanted, at } = page
  const { driver } = words
  const { id, name, zone } = lot.site
  const asked = { view, words, type: wanted.type }
  const path = `/lot/${encodeURIComponent(id)}`
  const form = { path, wanted, at, zone, types: choosableTypes([lot]), words }
  const shown = shownOf(lot, asked)
  return pageText({
    title: `${name} · ${words.freeNow}`,
    ...{ words, assets, refreshS: 30, styles: 'driver', page: 'public', bodyClass: 'plain driver' },
    body: html`<header>
<a class="back" href="${addressOf('/', { ...wanted })}">${driver.allLots}</a>
<h1>${name}</h1>
${page.simulated ? html`<strong class="mark">${words.simulated}</strong>` : undefined}
<span data-part="fresh">${freshLine(asked)}</span>
<nav class="languages" aria-label="${driver.language}">${languageLinks(words, path, { ...wanted })}</nav>
</header>
<main data-every="${refreshS}" class="one-lot">
<div data-part="down">${downNote(asked)}</div>${lostNote(words)}
${typeChips(form)}
<section class="card lot" data-site="${id}" aria-labelledby="now" data-part="now"><h2 id="now">${driver.now}${typeName(wanted.type, words)}</h2>
<div data-state="${shown.state}"><p class="big">${bigNumber(shown, words)}</p></div>
<p class="muted of-bays">${shown.detail}</p>
${wanted.type === undefined ? typeCounts(lot, asked) : undefined}
<p class="muted age">${lot.updated === null ? words.lot.text('noData') : words.lot.updated(view.now - Date.parse(lot.updated))}</p>
</section>
<section class="card" aria-labelledby="then"><h2 id="then">${driver.atTime(timeOf(lot, at, asked))}</h2>
${arrivingForm(form)}
<div data-part="ahead">${thenPart(page)}</div></section>
${levelPart(page)}
${factsPart(page)}
</main>
<footer><a href="/public/lots/${encodeURIComponent(id)}">${driver.openData}</a></footer>`,
  })
}

const typeName = (type: BayType | undefined, { driver }: PageWords) =>
  type === undefined ? '' : ` · ${driver.types[type]}`

function thenPart({ words, view, lot, wanted, ahead, other }: LotPage): Html {
  const { driver } = words
  if (wanted.type !== undefined && ahead.is !== 'none') return html`<p class="muted">${driver.noForecast.type}</p>`
  const sooner = ahead.is === 'chance' ? ahead.sooner : undefined
  const ways = [
    ...(sooner === undefined ? [] : [html`${driver.arriveBy(timeOf(lot, sooner, { view, words }))}`]),
    ...(other
      ? [
          html`<a href="${addressOf(`/lot/${encodeURIComponent(other.site.id)}`, { ...wanted })}">${other.site.name}</a>`,
        ]
      : []),
  ]
  const [first, second] = ways
  if (!first) return aheadPart(ahead, words)
  return aheadPart(
    ahead,
    words,
    html`<p class="surer">${driver.surer} ${first}${second ? html` ${driver.or} ${second}` : undefined}</p>`,
  )
}

/** The one with the most space first; a level of which too little is known is not named as that one. */
function levelPart({ lot, view, words }: LotPage): Html | undefined {
  const { driver } = words
  if (lot.levels.length < 2 || view.freshness.is !== 'live' || !openingOf(lot, view.now).isOpen) return undefined
  const levels = lot.levels.toSorted((a, b) => b.occupancy.free - a.occupancy.free)
  const best = levels.find(({ occupancy }) => hasNumber(lotState(occupancy)))
  return html`<section class="card" aria-labelledby="levels" data-part="levels"><h2 id="levels">${driver.levels}${
    best && best.occupancy.free > 0 ? html` <small>${driver.mostSpace(best.name)}</small>` : undefined
  }</h2>
<table class="levels bars">${levels.map(
    ({ name, occupancy }) =>
      html`<tr><th scope="row">${name}</th><td>${bar(occupancy)}</td><td>${words.lot.level(occupancy)}</td></tr>`,
  )}</table></section>`
}

function factsPart({ lot, view, words }: LotPage): Html {
  const { driver } = words
  const place = placeOf(lot)
  return html`<section class="card facts">
<dl><dt>${driver.hours}</dt><dd><p>${openLine(lot, { view, words })}</p>${hoursList(lot.site.open, words)}</dd>
${place ? html`<dt>${driver.position}</dt><dd>${degrees(place.lat)}, ${degrees(place.lon)}</dd>` : undefined}</dl>
${place ? html`<p><a class="button" href="${geoAddress(place)}">${driver.directions}</a></p>` : undefined}</section>`
}

function hoursList(open: readonly Hours[] | undefined, { driver }: PageWords): Html | undefined {
  if (!open) return undefined
  return html`<ul class="hours">${open.map(
    ({ days, from, to }) => html`<li>${days.map((day) => driver.days[day]).join(', ')} ${from}–${to}</li>`,
  )}</ul>`
}

const degrees = (value: number) => value.toFixed(5)
/** RFC 5870; opened by the map of the device. */
export const geoAddress = ({ lat, lon }: { lat: number; lon: number }): string =>
  `geo:${degrees(lat)},${degrees(lon)}?q=${degrees(lat)},${degrees(lon)}`

export const unknownLotPage = (assets: Assets, words: PageWords): string =>
  plainPage(assets, words, {
    title: words.driver.unknownLot,
    body: html`<p>${words.driver.unknownLotWhy} <a href="/">${words.driver.allLots}</a></p>`,
  })
