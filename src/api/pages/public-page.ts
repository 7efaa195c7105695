/**
 * The public page: how many bays are free now and at a later time, where, and how old that is. It is whole without a script; the script
 * keeps it current and adds the moving plan. What is not known is never shown as free, and no old number is shown as one of now.
 */
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import type { Ahead } from '../driver/ahead.ts'
import { choosableTypes, type DriverLot, openingOf } from '../driver/lots.ts'
import type { DriverView } from '../driver/view.ts'
import type { Assets } from './assets.ts'
import { arrivingForm, typeChips } from './driver/arriving.ts'
import {
  addressOf,
  aheadPart,
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
} from './driver/parts.ts'
import { pageText } from './frame.ts'
import { type Html, html } from './html.ts'
import type { PageWords } from './page-words.ts'

const refreshS = 30

export interface PublicPage {
  readonly assets: Assets
  readonly words: PageWords
  readonly config: PageConfig
  readonly view: DriverView
  readonly wanted: Wanted
  /** By the clock of the first lot. */
  readonly at: number
  /** In the order in which they are shown. */
  readonly lots: readonly LotAhead[]
}
export interface LotAhead {
  readonly lot: DriverLot
  readonly at: number
  readonly ahead: Ahead
}

export function publicPage(page: PublicPage): string {
  const { assets, words, config, view, wanted, at } = page
  const { driver } = words
  const title = view.name === '' ? words.parking : view.name
  const asked = { view, words, type: wanted.type }
  const zone = view.lots[0]?.site.zone ?? 'UTC'
  const form = { path: '/', wanted, at, zone, types: choosableTypes(view.lots), words }
  const isLive = view.lots.length > 0 && wanted.type === undefined
  return pageText({
    title: `${title} · ${words.freeNow}`,
    ...{ words, assets, refreshS, styles: 'driver', bodyClass: 'plain driver' },
    page: 'public',
    config,
    body: html`<header>
<h1>${title}</h1>
${config.simulated ? html`<strong class="mark">${words.simulated}</strong>` : undefined}
<span data-part="fresh">${freshLine(asked)}</span>
<nav class="languages" aria-label="${driver.language}">${languageLinks(words, '/', { ...wanted })}</nav>
</header>
<main data-every="${refreshS}">
<div data-part="down">${downNote(asked)}</div>${lostNote(words)}
${view.lots.length === 0 ? noLots(words) : html`<div class="asking">${arrivingForm(form)}${typeChips(form)}</div>`}
<section id="lots" aria-label="${words.lots}">${view.lots.length === 0 ? undefined : lotList(page)}</section>
${isLive ? html`<div id="live"></div>` : undefined}
</main>
<footer><a href="/public/sites">${driver.openData}</a> · <a href="/desk">${driver.forOperators}</a> · Baykeeper ${config.version}</footer>`,
  })
}

const noLots = ({ driver }: PageWords): Html =>
  html`<div class="card"><h2>${driver.noLots}</h2><p>${driver.noLotsWhy}</p></div>`

function lotList({ view, words, wanted, lots }: PublicPage): Html {
  const isWhole = wanted.type === undefined && view.freshness.is === 'live'
  const all = view.lots.map(({ occupancy }) => occupancy)
  return html`${view.lots.length > 1 && isWhole ? html`<p class="all-lots">${words.lot.total(all)}</p>` : undefined}
<ul class="lots">${lots.map((each) => lotCard(each, { view, words, wanted }))}</ul>`
}

type Listing = Pick<PublicPage, 'view' | 'words' | 'wanted'>

function lotCard({ lot, at, ahead }: LotAhead, { view, words, wanted }: Listing): Html {
  const { driver } = words
  const asked = { view, words, type: wanted.type }
  const shown = shownOf(lot, asked)
  const { id, name } = lot.site
  const { updated } = lot
  const isShown = view.freshness.is === 'live' && openingOf(lot, view.now).isOpen
  const href = addressOf(`/lot/${encodeURIComponent(id)}`, { ...wanted })
  return html`<li class="card lot" data-site="${id}" data-state="${shown.state}" data-shown="${isShown ? 'yes' : 'no'}">
<h2><a href="${href}">${name}</a></h2>
<p class="muted">${openLine(lot, asked)}</p>
<div class="when now"><h3>${driver.now}</h3>
<p class="big">${bigNumber(shown, words)}</p>
<p class="muted of-bays">${shown.detail}</p>
${wanted.type === undefined ? html`<div data-part="types ${id}">${typeCounts(lot, asked)}</div>` : undefined}</div>
<div class="when ahead" data-part="ahead ${id}"><h3>${driver.atTime(timeOf(lot, at, asked))}</h3>
${wanted.type !== undefined && ahead.is !== 'none' ? html`<p class="muted">${driver.noForecast.type}</p>` : aheadPart(ahead, words)}</div>
${wanted.type === undefined && view.freshness.is === 'live' ? levelTable(lot, words) : undefined}
<p class="muted age">${updated === null ? words.lot.text('noData') : words.lot.updated(view.now - Date.parse(updated))}</p>
</li>`
}

const levelTable = ({ levels }: DriverLot, words: PageWords): Html | undefined =>
  levels.length < 2
    ? undefined
    : html`<table class="levels">${levels.map(
        (level) => html`<tr><td>${level.name}</td><td>${words.lot.level(level.occupancy)}</td></tr>`,
      )}</table>`
