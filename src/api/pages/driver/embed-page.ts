/** Lots within a page of somebody else: the same numbers, without anything around them. */
import type { DriverLot } from '../../driver/lots.ts'
import type { DriverView } from '../../driver/view.ts'
import type { Assets } from '../assets.ts'
import { pageText } from '../frame.ts'
import { html } from '../html.ts'
import type { PageWords } from '../page-words.ts'
import { bigNumber, downNote, lostNote, openLine, shownOf } from './parts.ts'

export interface EmbedPage {
  readonly assets: Assets
  readonly words: PageWords
  readonly view: DriverView
  readonly simulated: boolean
  readonly lots: readonly DriverLot[]
  readonly theme: 'light' | 'dark' | undefined
}

const refreshS = 15

export function embedPage({ assets, words, view, simulated, lots, theme }: EmbedPage): string {
  const { driver } = words
  const asked = { view, words }
  return pageText({
    title: words.freeNow,
    ...{ words, assets, refreshS, styles: 'driver', page: 'public', theme },
    bodyClass: 'plain driver embed',
    body: html`<main data-every="${refreshS}">
<h1 class="unseen">${words.freeNow}</h1>
${simulated ? html`<strong class="mark">${words.simulated}</strong>` : undefined}
<div data-part="down">${downNote(asked)}</div>${lostNote(words)}
${lots.length === 0 ? html`<p>${driver.noLots}</p>` : undefined}
<ul class="lots" data-part="lots">${lots.map((lot) => {
      const shown = shownOf(lot, asked)
      return html`<li class="card lot" data-state="${shown.state}"><h2><a href="/lot/${encodeURIComponent(lot.site.id)}" target="_blank" rel="noopener">${lot.site.name}</a></h2>
<p class="big">${bigNumber(shown, words)}</p><p class="muted">${shown.detail}</p>${shown.state === 'closed' ? undefined : html`<p class="muted">${openLine(lot, asked)}</p>`}</li>`
    })}</ul>
</main>`,
  })
}
