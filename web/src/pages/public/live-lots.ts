/** Live numbers on the lots the server wrote, how old they are, and the plan below them. */
import type { SiteSummary } from '@baykeeper/contract/live.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { startLiveClient } from '../../live/client.ts'
import type { Link } from '../../live/link.ts'
import type { BayPlan } from '../../plan/bay-plan.ts'
import { addPlan } from './live-plan.ts'
import { ageText, levelText, lotWord } from './lot-words.ts'

/** Older than this, numbers say so in grey. */
const oldMs = 15_000

export function showLive(config: PageConfig, place: HTMLElement): void {
  let plan: BayPlan | undefined
  let sites: readonly SiteSummary[] = []
  let link: Link | undefined
  let receivedAt = Date.now()
  const status = document.createElement('p')
  status.className = 'live-status'
  status.setAttribute('role', 'status')
  const label = document.createElement('span')
  const pause = document.createElement('button')
  pause.type = 'button'
  pause.textContent = 'Pause'
  let paused = false
  pause.addEventListener('click', () => {
    paused = !paused
    pause.textContent = paused ? 'Resume' : 'Pause'
    plan?.pause(paused)
    if (!paused) showSites()
  })
  status.append(label)
  pause.hidden = true
  status.append(pause)
  const box = document.createElement('div')
  box.className = 'live-plan'
  place.append(status, box)

  const showSites = () => {
    for (const site of sites) showLot(site)
    showAges(sites, place.ownerDocument)
  }

  startLiveClient(config.paths, {
    plan(floor, tally) {
      plan?.[Symbol.dispose]()
      plan = undefined
      box.replaceChildren()
      if (floor.size === 0) return
      const canvases = document.createElement('div')
      box.append(canvases)
      void addPlan(canvases, floor, tally).then((added) => {
        // A newer plan came while this one was loading.
        if (!canvases.isConnected) return added[Symbol.dispose]()
        plan = added
        plan.pause(paused)
        pause.hidden = false
      })
    },
    states: () => plan?.refresh(),
    bays: (changed) => plan?.changed(changed),
    kpi({ pipeline }) {
      // Without its database the server repeats what it last knew.
      if (pipeline !== 'database-down') receivedAt = Date.now()
    },
    sites(next) {
      // A lot was added or removed since the page was rendered: reload it from the server.
      if (sites.length === 0 ? !sameLots(next) : sites.map(({ id }) => id).join() !== next.map(({ id }) => id).join())
        return location.reload()
      sites = next
      if (!paused) showSites()
    },
    link(next) {
      link = next
    },
  })

  setInterval(() => {
    const now = Date.now()
    const old = now - receivedAt > oldMs
    document.body.classList.toggle('old', old)
    const text = paused
      ? 'Paused'
      : old
        ? `Live data is down since ${clockText(receivedAt, sites[0]?.zone)}`
        : stateText(link)
    if (label.textContent !== text) label.textContent = text
    status.dataset['state'] = old ? 'old' : (link?.phase ?? 'connecting')
    if (!paused) showAges(sites, document)
  }, 1_000)
}

const stateText = (link: Link | undefined) =>
  link?.phase === 'live' ? 'Live' : link?.phase === 'waiting' ? 'Reconnecting' : 'Connecting'

const clockText = (at: number, timeZone = 'UTC') =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at)

const lotElement = (id: string) => document.querySelector<HTMLElement>(`.lot[data-site="${CSS.escape(id)}"]`)
const sameLots = (sites: readonly SiteSummary[]) =>
  document.querySelectorAll('.lot[data-site]').length === sites.length && sites.every(({ id }) => lotElement(id))

function showLot({ id, occupancy, levels }: SiteSummary): void {
  const lot = lotElement(id)
  if (!lot) return
  const word = lotWord(occupancy)
  lot.dataset['word'] = word
  put(lot.querySelector('.number'), word === 'No data' ? '–' : String(occupancy.free))
  put(lot.querySelector('.word'), word)
  const unknown = occupancy.unknown > 0 ? `, ${occupancy.unknown} not known` : ''
  put(lot.querySelector('.muted:not(.age)'), `of ${occupancy.capacity} bays${unknown}`)
  const rows = lot.querySelectorAll('.levels tr')
  for (const [k, level] of levels.entries()) put(rows[k]?.lastElementChild ?? null, levelText(level.occupancy))
}

function showAges(sites: readonly SiteSummary[], document: Document): void {
  for (const { id, updated } of sites)
    if (updated !== null)
      put(
        document.querySelector(`.lot[data-site="${CSS.escape(id)}"] .age`),
        `updated ${ageText(Date.now() - Date.parse(updated))}`,
      )
}

/** Touches the page only where something changed. */
function put(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text
}
