/**
 * The stream: one connection per viewer, server-sent events, every event's bytes made once for all of them.
 *
 * - A viewer that was away resumes by Last-Event-ID; when that is too old, from another plan or invalid, it gets `reset`.
 * - A viewer that reads slower than we write is given the latest state instead of every step: its changes are merged until its
 *   connection drains, and counted as coalesced. A `reset` is never merged away.
 * - The number of viewers is bounded, apart for the public page and the desk, so that a crowd cannot lock the operators out. When all places are
 *   taken the client with the most of them makes room, so that one client cannot lock out the others.
 * - A stream whose key or session has ended, or shows other sites now, ends within two seconds.
 */
import type { AlertCounts } from '@baykeeper/contract/alerts.ts'
import type { ForecastIssued } from '@baykeeper/contract/forecast-pages.ts'
import { createFigureTexts, type Figures } from './figure-texts.ts'
import type { LiveState } from './live-state.ts'
import { wholeView } from './site-view.ts'
import { type Audience, createViewer, type NewViewer, type Viewer } from './viewer.ts'

const pingMs = 15_000
const accessMs = 1_000
const viewersMax: Record<Audience, number> = { desk: 250, public: 1_000 }

export interface StreamHub extends Disposable {
  /** No place is left, and this client has as many as any other. */
  full(audience: Audience, client: string): boolean
  add(viewer: NewViewer): void
  /** Notifies viewers subscribed to `forecast`. */
  forecast(issued: ForecastIssued): void
  /** Notifies viewers of the desk that are subscribed to `alerts`. */
  alerts(counts: AlertCounts): void
  stats(): { readonly desk: number; readonly public: number; readonly coalesced: number }
}

export function createStreamHub(live: LiveState, figures: Figures, monotonic: () => number): StreamHub {
  const viewers = new Set<Viewer>()
  const texts = createFigureTexts(figures)
  let coalesced = 0
  const onMerged = () => {
    coalesced++
  }
  const count = (audience: Audience) => [...viewers].filter((viewer) => viewer.audience === audience).length
  const isTaken = (audience: Audience) => count(audience) >= viewersMax[audience]
  /** The newest viewer of the client that has most, where it would still have as many as this one. */
  function crowding(audience: Audience, client: string): Viewer | undefined {
    const clients = Map.groupBy(
      [...viewers].filter((viewer) => viewer.audience === audience),
      (viewer) => viewer.client,
    )
    const [most = []] = [...clients.values()].sort((a, b) => b.length - a.length)
    return most.length > (clients.get(client)?.length ?? 0) + 1 ? most.at(-1) : undefined
  }
  const leave = (viewer: Viewer) => {
    viewers.delete(viewer)
    live.watch(viewers.size > 0)
  }

  let sitesText = ''
  let alertText: string | undefined
  live.listen({
    frame(frame) {
      for (const viewer of viewers) viewer.frame(frame)
    },
    reset() {
      texts.renew()
      for (const viewer of viewers) viewer.reset()
    },
    second() {
      texts.renew()
      if (viewers.size === 0) return
      const sites = texts.of('sites', 'desk', wholeView).toString()
      const moved = sites !== sitesText
      sitesText = sites
      for (const viewer of viewers) {
        viewer.figure('kpi')
        if (moved) viewer.figure('sites')
      }
    },
  })

  const pinging = setInterval(() => {
    for (const viewer of viewers)
      if (viewer.response.destroyed) leave(viewer)
      else viewer.ping()
  }, pingMs)

  const checkingAccess = setInterval(() => {
    for (const viewer of viewers) viewer.checkAccess()
  }, accessMs)

  return {
    full: (audience, client) => isTaken(audience) && crowding(audience, client) === undefined,
    add(added) {
      const evicted = isTaken(added.audience) ? crowding(added.audience, added.client) : undefined
      if (evicted) {
        leave(evicted)
        evicted.response.destroy()
      }
      const viewer = createViewer(added, { live, texts, monotonic, onMerged })
      viewer.response.on('close', () => leave(viewer))
      viewer.response.on('error', () => leave(viewer))
      if (viewers.size === 0) sitesText = texts.of('sites', 'desk', wholeView).toString()
      viewers.add(viewer)
      live.watch(true)
      viewer.begin()
      if (alertText !== undefined) viewer.alerts(alertText)
    },
    forecast(issued) {
      const text = `event: forecast\ndata: ${JSON.stringify(issued)}\n\n`
      for (const viewer of viewers) viewer.forecast(issued.site, text)
    },
    alerts(counts) {
      alertText = `event: alerts\ndata: ${JSON.stringify(counts)}\n\n`
      for (const viewer of viewers) viewer.alerts(alertText)
    },
    stats: () => ({ desk: count('desk'), public: count('public'), coalesced }),
    [Symbol.dispose]() {
      clearInterval(pinging)
      clearInterval(checkingAccess)
      for (const viewer of viewers) viewer.response.end()
    },
  }
}
