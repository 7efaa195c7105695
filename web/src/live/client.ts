/**
 * The live client: plan, snapshot and stream, and the tally they keep true. Executes the commands of the link (`link.ts`); owns the
 * timers. Knows nothing of pages: they listen.
 */
import type { AlertCounts } from '@baykeeper/contract/alerts.ts'
import type { ForecastIssued } from '@baykeeper/contract/forecast-pages.ts'
import type { Delta, Kpi, Plan, SiteSummary } from '@baykeeper/contract/live.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { createFloor, type Floor } from '../plan/floor.ts'
import type { StreamEvent } from './event-stream.ts'
import { type Link, type LinkAction, type LinkEvent, newLink, step } from './link.ts'
import { createFeed } from './shared-feed.ts'
import { createTally, type Tally } from './tally.ts'

export interface LiveListener {
  /** A plan has come, the first or a new one; its states are all unknown until `states`. */
  plan?(floor: Floor, tally: Tally): void
  /** All states are new. */
  states?(): void
  /** These bays changed; `at` is the server's time of the change. */
  bays?(changed: readonly number[], at: number): void
  kpi?(kpi: Kpi): void
  /** Count zones add something else to the tally. */
  counted?(): void
  sites?(sites: readonly SiteSummary[]): void
  /** A new one can be fetched. */
  forecast?(issued: ForecastIssued): void
  alerts?(counts: AlertCounts): void
  link?(link: Link): void
}

export interface LiveClient extends Disposable {
  readonly link: Link
  retryNow(): void
}

/** Comments come every 15 s and figures every second: a stream that is silent for this long is dead. */
const silenceMsMax = 35_000
const hiddenMsMax = 5 * 60_000
const watchMs = 1_000
const snapshotRetryMs = 1_000

export function startLiveClient(paths: PageConfig['paths'], listener: LiveListener): LiveClient {
  let link = newLink
  let tally: Tally | undefined
  let planIs: 'wanted' | 'coming' | 'here' = 'wanted'
  let hiddenAt: number | undefined
  const stopped = new AbortController()
  const { signal } = stopped

  const feed = createFeed(
    listener.forecast ? paths.stream : withTopics(paths.stream),
    {
      open: () => send({ type: 'open' }),
      activity: () => send({ type: 'activity' }),
      event: onEvent,
      lost: (status) => send({ type: 'lost', refused: isRefusal(status) }),
    },
    () => link,
  )

  function send(event: LinkEvent) {
    const [next, actions] = step(link, event, Date.now(), Math.random())
    const isChanged = next.phase !== link.phase || next.downSince !== link.downSince || next.retryAt !== link.retryAt
    link = next
    for (const action of actions) act(action)
    if (isChanged) listener.link?.(link)
  }

  function act(action: LinkAction) {
    switch (action.do) {
      case 'open':
        return feed.open(link)
      case 'close':
        return feed.close()
      case 'fetch-plan':
        return void fetchPlan()
      case 'fetch-snapshot':
        return void (action.soon ? fetchSnapshot() : later(snapshotRetryMs, fetchSnapshot))
      case 'apply':
        return applyDelta(action.delta)
    }
  }

  function applyDelta(delta: Delta) {
    const changed = tally?.apply(delta.d) ?? []
    if (changed.length > 0) listener.bays?.(changed, delta.t)
  }

  function onEvent({ name, data }: StreamEvent) {
    if (name === 'd') send({ type: 'delta', delta: JSON.parse(data) as Delta })
    else if (name === 'kpi') listener.kpi?.(JSON.parse(data) as Kpi)
    else if (name === 'sites') onSites(JSON.parse(data) as SiteSummary[])
    else if (name === 'forecast') listener.forecast?.(JSON.parse(data) as ForecastIssued)
    else if (name === 'alerts') listener.alerts?.(JSON.parse(data) as AlertCounts)
    else if (name === 'reset') send({ type: 'reset', version: (JSON.parse(data) as { version: string }).version })
  }

  function onSites(sites: readonly SiteSummary[]) {
    if (tally?.count(sites)) listener.counted?.()
    listener.sites?.(sites)
  }

  async function fetchPlan() {
    planIs = 'coming'
    try {
      const response = await fetch(paths.plan, { signal })
      if (!response.ok) throw response
      const plan = (await response.json()) as Plan
      planIs = 'here'
      const floor = createFloor(plan)
      tally = createTally(floor)
      listener.plan?.(floor, tally)
      send(
        link.version === undefined ? { type: 'start', version: plan.version } : { type: 'plan', version: plan.version },
      )
    } catch (fault) {
      planIs = 'wanted'
      failed(fault)
    }
  }

  async function fetchSnapshot() {
    try {
      const response = await fetch(paths.snapshot, { signal, cache: 'no-store' })
      if (!response.ok) throw response
      const q = Number(response.headers.get('x-seq') ?? Number.NaN)
      const version = response.headers.get('x-plan-version') ?? link.version
      const states = new Uint8Array(await response.arrayBuffer())
      const fits = version === link.version && Number.isFinite(q) && tally?.replace(states) === true
      if (fits) listener.states?.()
      send({ type: 'snapshot', q, fits })
    } catch (fault) {
      if (signal.aborted) return
      if (refuses(fault)) failed(fault)
      send({ type: 'snapshot-failed' })
    }
  }

  function failed(fault: unknown) {
    if (!signal.aborted) send({ type: 'lost', refused: refuses(fault) })
  }

  function later(ms: number, run: () => Promise<void>) {
    setTimeout(() => signal.aborted || void run(), ms)
  }

  function due() {
    if (link.phase !== 'waiting' && link.phase !== 'connecting') return
    if (planIs === 'wanted') void fetchPlan()
    else if (planIs === 'here') send({ type: 'due' })
  }

  const watch = setInterval(() => {
    const now = Date.now()
    if (link.phase === 'waiting' && now >= (link.retryAt ?? 0)) due()
    if ((link.phase === 'live' || link.phase === 'connecting') && now - (link.lastActivity ?? now) > silenceMsMax) {
      feed.takeOver()
      send({ type: 'lost' })
    }
    if (hiddenAt !== undefined && now - hiddenAt > hiddenMsMax && link.phase !== 'asleep') send({ type: 'sleep' })
  }, watchMs)

  const onVisibility = () => {
    hiddenAt = document.visibilityState === 'hidden' ? Date.now() : undefined
    if (hiddenAt === undefined && planIs === 'here') send({ type: 'awake' })
  }
  document.addEventListener('visibilitychange', onVisibility, { signal })
  window.addEventListener('online', due, { signal })
  onVisibility()
  void fetchPlan()

  return {
    get link() {
      return link
    },
    retryNow: due,
    [Symbol.dispose]() {
      clearInterval(watch)
      stopped.abort()
      feed.close()
    },
  }
}

/** All topics are sent unless some are named: an older server would reject an unknown name. */
const withTopics = (path: string) => (path.includes('?') ? path : `${path}?topics=bays,kpi,sites`)
const isRefusal = (status: number): boolean => status === 401 || status === 403
const refuses = (fault: unknown): boolean => fault instanceof Response && isRefusal(fault.status)
