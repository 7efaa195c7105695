/**
 * One viewer of the stream.
 *
 *   flowing ──buffer full──▶ late ──drained──▶ flowing
 *
 * - flowing: every event is written as it comes.
 * - late: its connection takes less than is written. What comes is merged into the latest state, and written when the connection has drained. A
 *   `reset` replaces what was merged before it, but for the forecasts.
 */
import type { ServerResponse } from 'node:http'
import type { StreamTopic } from '@baykeeper/contract/vocabulary.ts'
import { deltaEvent, type Frame } from './delta-ring.ts'
import type { FigureTexts } from './figure-texts.ts'
import type { LiveState } from './live-state.ts'
import { narrowPlan, type SiteView } from './site-view.ts'

export type Audience = 'desk' | 'public'

/** Buffered for one viewer before its deltas are merged. */
const bufferedBytesMax = 256 * 1_024
/** A viewer whose connection has taken nothing for this long is gone. */
const stuckMs = 60_000
/** Browsers wait this long before they connect again. */
const reconnectMs = 2_000

export interface NewViewer {
  readonly response: ServerResponse
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>
  readonly audience: Audience
  /** Its address, or the /64 that it is in: viewers of one client make room for those of others. */
  readonly client: string
  readonly topics: ReadonlySet<StreamTopic>
  /** Sequence the viewer has, when it resumes. */
  readonly lastId: number | undefined
  /** Version of the plan that it has, when it resumes. */
  readonly planVersion: string | undefined
  /** Which sites it is shown. */
  view(): SiteView
  /** Whether it is notified of new forecasts of the site. */
  showsForecast(site: string): boolean
  /** Asked again every few seconds: a session that has ended ends its stream. */
  allowed(): boolean
}

export interface Viewer {
  readonly audience: Audience
  readonly client: string
  readonly response: ServerResponse
  /** Headers, and what it has missed. */
  begin(): void
  frame(frame: Frame): void
  figure(name: 'kpi' | 'sites'): void
  reset(): void
  forecast(site: string, text: string): void
  /** Alerts are of the desk alone. */
  alerts(text: string): void
  /** Ends a stream that is stuck. */
  ping(): void
  /** Ends a stream that is not allowed any more. */
  checkAccess(): void
}

export interface ViewerDeps {
  readonly live: LiveState
  readonly texts: FigureTexts
  monotonic(): number
  /** A delta was merged. */
  onMerged(): void
}

/** What a late viewer has missed, merged. */
interface Missed {
  readonly first: number | undefined
  readonly changes: Map<number, number>
  readonly reset: string | undefined
  readonly figures: Set<'kpi' | 'sites'>
  /** The newest of each site. */
  readonly forecasts: Map<string, string>
  /** The newest. */
  readonly alerts: string | undefined
}
type ViewerState = { readonly is: 'flowing' } | { readonly is: 'late'; readonly since: number; readonly missed: Missed }

const nothing = (): Missed => ({
  ...{ first: undefined, reset: undefined, alerts: undefined },
  ...{ changes: new Map(), figures: new Set(), forecasts: new Map() },
})

export function createViewer(viewer: NewViewer, { live, texts, monotonic, onMerged }: ViewerDeps): Viewer {
  const { response, topics, audience, client } = viewer
  let state: ViewerState = { is: 'flowing' }
  const own = () => narrowPlan(live.floor.plan, viewer.view())

  function write(text: Buffer | string) {
    response.write(text)
    if (response.writableLength <= bufferedBytesMax) return
    state = { is: 'late', since: monotonic(), missed: state.is === 'late' ? state.missed : nothing() }
  }

  function frame(whole: Frame) {
    if (!topics.has('bays')) return
    const frame = own().frame(whole)
    if (state.is === 'flowing') return write(frame.bytes)
    const { missed } = state
    if (missed.first === undefined) state = { ...state, missed: { ...missed, first: frame.q } }
    for (let i = 0; i < frame.changes.length; i += 2)
      missed.changes.set(frame.changes[i] as number, frame.changes[i + 1] as number)
    onMerged()
  }

  function figure(name: 'kpi' | 'sites') {
    if (!topics.has(name)) return
    if (state.is === 'late') state.missed.figures.add(name)
    else write(texts.of(name, audience, viewer.view()))
  }

  function reset() {
    const { version } = own().plan
    if (state.is === 'flowing') return write(resetText(live.ring.q, version))
    const { forecasts, alerts: newest } = state.missed
    state = {
      ...state,
      missed: { ...nothing(), forecasts, alerts: newest, reset: version, figures: new Set(['kpi', 'sites']) },
    }
  }

  function alerts(text: string) {
    if (!topics.has('alerts') || audience !== 'desk') return
    if (state.is === 'late') state = { ...state, missed: { ...state.missed, alerts: text } }
    else write(text)
  }

  function drained() {
    if (state.is === 'flowing') return
    const { missed } = state
    state = { is: 'flowing' }
    if (missed.reset !== undefined) reset()
    if (missed.first !== undefined) write(deltaEvent(live.ring.q, live.now(), [...missed.changes].flat(), missed.first))
    for (const name of ['kpi', 'sites'] as const) if (missed.figures.has(name)) figure(name)
    for (const text of missed.forecasts.values()) write(text)
    if (missed.alerts !== undefined) alerts(missed.alerts)
  }

  /** Without a version, who is shown all sites has the plan that the ring is about; the sites of others may have been others. */
  const hasPlan = () =>
    viewer.planVersion === undefined ? viewer.view().sites === undefined : viewer.planVersion === own().plan.version

  /** What it has missed since the event it had last; the state as it is where that is not known. */
  function resume() {
    const { lastId } = viewer
    const missed = lastId === undefined || !hasPlan() ? undefined : live.ring.since(lastId)
    if (missed) for (const one of missed) frame(one)
    else if (lastId !== undefined) reset()
    else write(deltaEvent(live.ring.q, live.now(), []))
  }

  response.on('drain', drained)
  return {
    ...{ audience, client, response, frame, figure, reset, alerts },
    begin() {
      response.writeHead(200, { ...viewer.headers, ...streamHeaders })
      response.socket?.setNoDelay(true)
      write(`retry: ${reconnectMs}\n\n`)
      if (topics.has('bays')) resume()
      figure('kpi')
      figure('sites')
    },
    forecast(site, text) {
      if (!topics.has('forecast') || !viewer.showsForecast(site)) return
      if (state.is === 'late') state.missed.forecasts.set(site, text)
      else write(text)
    },
    ping() {
      if (state.is === 'late' && monotonic() - state.since > stuckMs) response.destroy()
      else if (state.is === 'flowing') write(': ping\n\n')
    },
    checkAccess() {
      if (!viewer.allowed()) response.end()
    },
  }
}

const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}

const resetText = (q: number, version: string) => `id: ${q}\nevent: reset\ndata: ${JSON.stringify({ version })}\n\n`
