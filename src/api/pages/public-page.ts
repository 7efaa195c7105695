/**
 * The public page: how many bays are free, where, and how old that is. It is whole without a script; the script adds the moving
 * plan. What is not known is never shown as free, and what is old says so.
 */

import type { SiteSummary } from '@baykeeper/contract/live.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { type Occupancy, occupancyRate } from '../../domain/occupancy.ts'
import type { Instant } from '../../lib/brand.ts'
import type { Assets } from './assets.ts'
import { pageText } from './frame.ts'
import { type Html, html } from './html.ts'

/** From here on a lot counts as nearly full. */
const nearlyFullRate = 0.95
/** Numbers of a store that has not answered for this long are told to be old. */
const oldMs = 15_000
const refreshS = 30

export interface PublicPage {
  readonly assets: Assets
  readonly config: PageConfig
  readonly name: string
  readonly sites: readonly SiteSummary[]
  readonly devicesSeen: number
  readonly now: Instant
  /** When the store last answered; undefined before it did. */
  readonly fresh: Instant | undefined
  /** Base URL of the ingest listener, when there is one. */
  readonly ingestUrl: string | undefined
}

export function publicPage(page: PublicPage): string {
  const { assets, config, name, sites, now, fresh } = page
  const title = name === '' ? 'Parking' : name
  return pageText({
    title: `${title} · free bays now`,
    assets,
    page: 'public',
    config,
    refreshS,
    body: html`<header>
<h1>${title}</h1>
${config.simulated ? html`<strong class="mark">Simulated</strong>` : undefined}
<a href="/desk">Operator desk</a>
</header>
<main>
${fresh !== undefined && now - fresh <= oldMs ? undefined : oldNote(fresh, now, sites[0]?.zone)}
<section id="lots" aria-label="Lots">${sites.length === 0 ? emptyCard(page) : lotList(sites, now)}</section>
<div id="live"></div>
${assets.built ? undefined : html`<p class="muted">The web part is not built, so the moving plan and the desk are missing: run <code>npm run build --workspace web</code> and start again.</p>`}
</main>
<footer>Baykeeper ${config.version}. <a href="/docs">API reference</a></footer>`,
  })
}

function oldNote(fresh: Instant | undefined, now: Instant, zone = 'UTC'): Html {
  if (fresh === undefined)
    return html`<p class="note" role="status">The stored state cannot be read yet; this page tries again by itself.</p>`
  const since = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(fresh)
  return html`<p class="note" role="status">Live data is down since ${since} (${zone}), ${ageText(now - fresh)}: the numbers below are from then.</p>`
}

const lotList = (sites: readonly SiteSummary[], now: Instant): Html =>
  html`<ul class="lots">${sites.map((site) => lot(site, now))}</ul>`

function lot({ id, name, occupancy, levels, updated }: SiteSummary, now: Instant): Html {
  const word = wordFor(occupancy)
  const age = updated === null ? 'no data yet' : `updated ${ageText(now - Date.parse(updated))}`
  return html`<li class="card lot" data-site="${id}" data-word="${word}">
<h2>${name}</h2>
<p class="big"><span class="number">${word === 'No data' ? '–' : occupancy.free}</span> <span class="word">${word}</span></p>
<p class="muted">of ${occupancy.capacity} bays${occupancy.unknown > 0 ? `, ${occupancy.unknown} not known` : ''}</p>
${levels.length < 2 ? undefined : levelTable(levels)}
<p class="muted age">${age}</p>
</li>`
}

const levelTable = (levels: SiteSummary['levels']): Html =>
  html`<table class="levels">${levels.map(
    ({ name, occupancy }) => html`<tr><td>${name}</td><td>${levelText(occupancy)}</td></tr>`,
  )}</table>`

const levelText = (occupancy: Occupancy) => {
  const word = wordFor(occupancy)
  return word === 'Full' || word === 'No data' || word === 'Closed' ? word : `${occupancy.free} free`
}

function wordFor(occupancy: Occupancy): 'Free' | 'Nearly full' | 'Full' | 'No data' | 'Closed' {
  const rate = occupancyRate(occupancy)
  if (rate === undefined)
    return occupancy.capacity > 0 && occupancy.closed === occupancy.capacity ? 'Closed' : 'No data'
  if (occupancy.free === 0) return 'Full'
  return rate >= nearlyFullRate ? 'Nearly full' : 'Free'
}

export function ageText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000))
  if (s < 60) return `${s} s ago`
  if (s < 3_600) return `${Math.floor(s / 60)} min ago`
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ago`
  const days = Math.floor(s / 86_400)
  return days === 1 ? 'a day ago' : `${days} days ago`
}

/** Nothing to show yet: says what is missing and the next command. */
function emptyCard({ devicesSeen, ingestUrl }: PublicPage): Html {
  if (devicesSeen > 0)
    return html`<div class="card"><h2>No bays yet</h2>
<p>${devicesSeen} ${devicesSeen === 1 ? 'device has' : 'devices have'} reported and ${devicesSeen === 1 ? 'waits' : 'wait'} for a bay. Write a layout with
<code>PUT /api/v1/layout</code> (<a href="/docs">reference</a>); what they sent already then applies.</p></div>`
  return html`<div class="card"><h2>No bays yet</h2>
${
  ingestUrl === undefined
    ? html`<p>HTTP ingest is switched off (<code>ingest.port</code> in the configuration): send the first reading by MQTT, TCP or a serial port.</p>`
    : html`<p>Send the first reading:</p>
<pre><code>./bin/baykeeper token create --source first
curl -X POST ${ingestUrl}/ingest/v1 \\
  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{"device":"A-017","seq":1,"occupied":true}'</code></pre>`
}
<p>Then write a layout with <code>PUT /api/v1/layout</code> (<a href="/docs">reference</a>). The operator desk opens by the
setup link that the server printed; <code>baykeeper setup-link</code> makes a new one.</p></div>`
}
