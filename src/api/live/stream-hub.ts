/**
 * The stream: one connection per viewer, server-sent events, every event's bytes made once for all of them.
 *
 * - A viewer that was away resumes by Last-Event-ID; when that is too old, from another plan or not ours, it is told `reset`.
 * - A viewer that reads slower than we write is given the latest state instead of every step: its changes are merged until its
 *   connection drains, and counted as coalesced. A `reset` is never merged away.
 * - The number of viewers is bounded, apart for the public page and the desk, so that a crowd cannot lock the operators out.
 */
import type { ServerResponse } from 'node:http'
import type { ForecastIssued } from '@baykeeper/contract/forecast-pages.ts'
import type { Kpi, SiteSummary } from '@baykeeper/contract/live.ts'
import type { StreamTopic } from '@baykeeper/contract/vocabulary.ts'
import { deltaEvent, type Frame } from './delta-ring.ts'
import type { LiveState } from './live-state.ts'

export type Audience = 'desk' | 'public'

/** Buffered for one viewer before its deltas are merged. */
const bufferedBytesMax = 256 * 1_024
const pingMs = 15_000
/** A viewer whose connection has taken nothing for this long is gone. */
const stuckMs = 60_000
const viewersMax: Record<Audience, number> = { desk: 250, public: 1_000 }
/** Browsers wait this long before they connect again. */
const reconnectMs = 2_000

export interface Figures {
  kpi(): Kpi
  publicKpi(): Kpi
  sites(): SiteSummary[]
}

interface NewViewer {
  readonly response: ServerResponse
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>
  readonly audience: Audience
  readonly topics: ReadonlySet<StreamTopic>
  /** Sequence the viewer has, when it resumes. */
  readonly lastId: number | undefined
  /** Asked again at every ping: a session that has ended ends its stream. */
  allowed(): boolean
}

export interface StreamHub extends Disposable {
  full(audience: Audience): boolean
  add(viewer: NewViewer): void
  /** There is a new forecast: who wants to know is told. */
  forecast(issued: ForecastIssued): void
  stats(): { readonly desk: number; readonly public: number; readonly coalesced: number }
}

interface Viewer extends NewViewer {
  /** What it has missed since its buffer filled up, merged. */
  late: Late | undefined
  stuckSince: number | undefined
}
interface Late {
  first: number | undefined
  readonly changes: Map<number, number>
  reset: string | undefined
  kpi: boolean
  sites: boolean
  /** The newest of each site. */
  readonly forecasts: Map<string, string>
}

export function createStreamHub(live: LiveState, figures: Figures, monotonic: () => number): StreamHub {
  const viewers = new Set<Viewer>()
  let coalesced = 0
  const texts = new Map<string, Buffer>()
  /** The same event for many viewers within one second: written once. */
  const textOf = (name: 'kpi' | 'sites', audience: Audience): Buffer => {
    const key = name === 'kpi' ? `kpi:${audience}` : name
    let text = texts.get(key)
    if (!text) {
      const data = name === 'sites' ? figures.sites() : audience === 'desk' ? figures.kpi() : figures.publicKpi()
      text = Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
      texts.set(key, text)
    }
    return text
  }
  const resetText = (version: string) => `id: ${live.ring.q}\nevent: reset\ndata: ${JSON.stringify({ version })}\n\n`
  const newLate = (): Late => ({
    first: undefined,
    changes: new Map(),
    reset: undefined,
    kpi: false,
    sites: false,
    forecasts: new Map(),
  })

  const write = (viewer: Viewer, text: Buffer | string) => {
    viewer.response.write(text)
    if (viewer.response.writableLength > bufferedBytesMax) {
      viewer.late ??= newLate()
      viewer.stuckSince = monotonic()
    }
  }
  const sendFrame = (viewer: Viewer, frame: Frame) => {
    if (!viewer.topics.has('bays')) return
    if (!viewer.late) return write(viewer, frame.bytes)
    viewer.late.first ??= frame.q
    for (let i = 0; i < frame.changes.length; i += 2)
      viewer.late.changes.set(frame.changes[i] as number, frame.changes[i + 1] as number)
    coalesced++
  }
  const sendFigure = (viewer: Viewer, name: 'kpi' | 'sites') => {
    if (!viewer.topics.has(name)) return
    if (viewer.late) viewer.late[name] = true
    else write(viewer, textOf(name, viewer.audience))
  }
  const sendReset = (viewer: Viewer, version: string) => {
    if (viewer.late)
      viewer.late = { ...newLate(), forecasts: viewer.late.forecasts, reset: version, kpi: true, sites: true }
    else write(viewer, resetText(version))
  }
  const drained = (viewer: Viewer) => {
    const { late } = viewer
    viewer.stuckSince = undefined
    if (!late) return
    viewer.late = undefined
    if (late.reset !== undefined) sendReset(viewer, late.reset)
    if (late.first !== undefined)
      write(viewer, deltaEvent(live.ring.q, live.now(), [...late.changes].flat(), late.first))
    if (late.kpi) sendFigure(viewer, 'kpi')
    if (late.sites) sendFigure(viewer, 'sites')
    for (const text of late.forecasts.values()) write(viewer, text)
  }
  const count = (audience: Audience) => [...viewers].filter((viewer) => viewer.audience === audience).length
  const leave = (viewer: Viewer) => {
    viewers.delete(viewer)
    live.watch(viewers.size > 0)
  }

  let sitesText = ''
  live.listen({
    frame(frame) {
      for (const viewer of viewers) sendFrame(viewer, frame)
    },
    reset(version) {
      texts.clear()
      for (const viewer of viewers) sendReset(viewer, version)
    },
    second() {
      texts.clear()
      if (viewers.size === 0) return
      const sites = textOf('sites', 'desk').toString()
      const moved = sites !== sitesText
      sitesText = sites
      for (const viewer of viewers) {
        sendFigure(viewer, 'kpi')
        if (moved) sendFigure(viewer, 'sites')
      }
    },
  })

  const pinging = setInterval(() => {
    for (const viewer of viewers) {
      const stuck = viewer.stuckSince !== undefined && monotonic() - viewer.stuckSince > stuckMs
      if (viewer.response.destroyed) leave(viewer)
      else if (stuck) viewer.response.destroy()
      else if (!viewer.allowed()) viewer.response.end()
      else if (!viewer.late) write(viewer, ': ping\n\n')
    }
  }, pingMs)

  return {
    full: (audience) => count(audience) >= viewersMax[audience],
    add(newViewer) {
      const viewer: Viewer = { ...newViewer, late: undefined, stuckSince: undefined }
      const { response, lastId, topics } = viewer
      response.on('close', () => leave(viewer))
      response.on('error', () => leave(viewer))
      response.on('drain', () => drained(viewer))
      response.writeHead(200, {
        ...viewer.headers,
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.socket?.setNoDelay(true)
      if (viewers.size === 0) sitesText = textOf('sites', 'desk').toString()
      viewers.add(viewer)
      live.watch(true)
      write(viewer, `retry: ${reconnectMs}\n\n`)
      if (topics.has('bays')) {
        const missed = lastId === undefined ? undefined : live.ring.since(lastId)
        if (missed) for (const frame of missed) sendFrame(viewer, frame)
        else if (lastId !== undefined) sendReset(viewer, live.floor.plan.version)
        else write(viewer, deltaEvent(live.ring.q, live.now(), []))
      }
      sendFigure(viewer, 'kpi')
      sendFigure(viewer, 'sites')
    },
    forecast(issued) {
      const text = `event: forecast\ndata: ${JSON.stringify(issued)}\n\n`
      for (const viewer of viewers) {
        if (!viewer.topics.has('forecast')) continue
        if (viewer.late) viewer.late.forecasts.set(issued.site, text)
        else write(viewer, text)
      }
    },
    stats: () => ({ desk: count('desk'), public: count('public'), coalesced }),
    [Symbol.dispose]() {
      clearInterval(pinging)
      for (const viewer of viewers) viewer.response.end()
    },
  }
}
