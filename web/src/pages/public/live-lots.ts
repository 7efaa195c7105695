/** Live numbers on the lots the server wrote, how old they are, and the plan below them. */
import type { SiteSummary } from '@baykeeper/contract/live.ts'
import { hasNumber, type LotWords, lotState } from '@baykeeper/contract/lot-words.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { startLiveClient } from '../../live/client.ts'
import type { Link } from '../../live/link.ts'
import type { BayPlan } from '../../plan/bay-plan.ts'
import { fill } from './fresh-parts.ts'
import { addPlan } from './live-plan.ts'

/** Older numbers are shown in grey. */
const oldMs = 15_000
/** Older ones are not shown. */
const lostMs = 60_000

export function showLive(config: PageConfig, place: HTMLElement, words: LotWords): void {
  let plan: BayPlan | undefined
  let sites: readonly SiteSummary[] = []
  let link: Link | undefined
  let receivedAt = Date.now()
  let wasLost = false
  const status = document.createElement('p')
  status.className = 'live-status'
  status.role = 'status'
  const label = document.createElement('span')
  const pause = document.createElement('button')
  pause.type = 'button'
  pause.textContent = words.text('pause')
  let paused = false
  pause.addEventListener('click', () => {
    paused = !paused
    pause.textContent = words.text(paused ? 'resume' : 'pause')
    plan?.pause(paused)
    if (!paused) showSites()
  })
  pause.hidden = true
  status.append(label, pause)
  const box = document.createElement('div')
  box.className = 'live-plan'
  place.append(status, box)

  const showSites = () => {
    if (Date.now() - receivedAt > lostMs) return
    for (const site of sites) showLot(site, words)
    put(document.querySelector('.all-lots'), words.total(sites.map(({ occupancy }) => occupancy)))
    showAges(sites, words)
  }

  startLiveClient(config.paths, {
    plan(floor, tally) {
      plan?.[Symbol.dispose]()
      plan = undefined
      box.replaceChildren()
      if (floor.size === 0) return
      const canvases = document.createElement('div')
      box.append(canvases)
      void addPlan(canvases, { floor, tally, words }).then((added) => {
        // A newer plan came while this one was loading.
        if (!canvases.isConnected) return added[Symbol.dispose]()
        plan = added
        plan.pause(paused)
        pause.hidden = false
      })
    },
    states: () => plan?.refresh(),
    counted: () => plan?.refresh(),
    bays: (changed) => plan?.changed(changed),
    kpi({ pipeline }) {
      // Without its database the server repeats what it last knew.
      if (pipeline !== 'database-down') receivedAt = Date.now()
    },
    sites(next) {
      // A lot was added or removed since the page was rendered: reload it from the server.
      if (sites.length === 0 ? !sameLots(next) : idsOf(sites) !== idsOf(next)) return location.reload()
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
    const isLost = now - receivedAt > lostMs
    if (isLost) fill('.lot .number', '–')
    else if (wasLost && !paused) showSites()
    wasLost = isLost
    const text = paused
      ? words.text('paused')
      : old
        ? words.downSince(words.minute(receivedAt, sites[0]?.zone))
        : words.text(linkText(link))
    put(label, text)
    status.dataset['state'] = old ? 'old' : (link?.phase ?? 'connecting')
    if (!paused) showAges(sites, words)
  }, 1_000)
}

const idsOf = (sites: readonly SiteSummary[]) => sites.map(({ id }) => id).join()

const linkText = (link: Link | undefined) =>
  link?.phase === 'live' ? 'live' : link?.phase === 'waiting' ? 'reconnecting' : 'connecting'

const lotElement = (id: string) => document.querySelector<HTMLElement>(`.lot[data-site="${CSS.escape(id)}"]`)
const sameLots = (sites: readonly SiteSummary[]) =>
  document.querySelectorAll('.lot[data-site]').length === sites.length && sites.every(({ id }) => lotElement(id))

function showLot({ id, occupancy, levels }: SiteSummary, words: LotWords): void {
  const lot = lotElement(id)
  // While it is closed, or the server shows no numbers, the page is as the server wrote it.
  if (!lot || lot.dataset['shown'] === 'no') return
  const state = lotState(occupancy)
  lot.dataset['state'] = state
  put(lot.querySelector('.number'), hasNumber(state) ? words.number(occupancy.free) : '–')
  put(lot.querySelector('.word'), words.state(state))
  put(lot.querySelector('.of-bays'), words.ofBays(occupancy))
  const rows = lot.querySelectorAll('.levels tr')
  for (const [k, level] of levels.entries()) put(rows[k]?.lastElementChild ?? null, words.level(level.occupancy))
}

function showAges(sites: readonly SiteSummary[], words: LotWords): void {
  for (const { id, updated } of sites)
    if (updated !== null)
      put(lotElement(id)?.querySelector('.age') ?? null, words.updated(Date.now() - Date.parse(updated)))
}

/** Touches the page only where something changed. */
function put(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text
}
