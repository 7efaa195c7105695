/**
 * A server for the pages in their tests: the same paths, headers and stream as the real one, over a made-up city that a test
 * moves by hand. It can fall silent, cut the stream, and refuse.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BayDetail } from '@baykeeper/contract/bay.ts'
import type { Kpi, OccupancyCounts, Plan, SiteSummary } from '@baykeeper/contract/live.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { rightNames } from '@baykeeper/contract/rights.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { Build } from './build-under-test.ts'
import { type CountsDouble, createCountsDouble } from './counts-under-test.ts'
import { createForecastDouble, type ForecastDouble } from './forecast-under-test.ts'
import { sampleBayHistory, sampleDay, sampleStays } from './history-under-test.ts'
import { createPipelineDouble, type PipelineDouble } from './pipeline-under-test.ts'
import { createSignsDouble, type SignsDouble } from './signs-under-test.ts'

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

export interface PageDouble extends AsyncDisposable {
  readonly url: string
  readonly pipeline: PipelineDouble
  readonly forecast: ForecastDouble
  readonly countZones: CountsDouble
  readonly signs: SignsDouble
  /** State code by bay. */
  readonly states: Uint8Array
  /** What the API answers of a bay beside the usual, by its id. */
  readonly details: Map<string, Partial<BayDetail>>
  /** Bays with an overstay that has gone on for so many minutes. */
  readonly overstays: Map<string, number>
  readonly viewers: number
  /** Streams opened since the start. */
  readonly opened: number
  readonly resumed: number
  counts(): OccupancyCounts
  change(changes: readonly number[]): void
  /** Figures, as they come every second. */
  figures(): void
  /** The stream announces a new forecast of every site. */
  issue(): void
  cut(): void
  /** As it was at the start, for the next test. */
  reset(): void
  /** Nothing of the API answers while it is on. */
  down: boolean
  refuse: boolean
  silent: boolean
}

export async function startPageDouble(plan: Plan, build: Build): Promise<PageDouble> {
  const states = new Uint8Array(plan.ids.length)
  const details: PageDouble['details'] = new Map()
  const overstays: PageDouble['overstays'] = new Map()
  const viewers = new Set<ServerResponse>()
  let pipeline = createPipelineDouble()
  let forecast = createForecastDouble()
  let countZones = createCountsDouble()
  let signs = createSignsDouble()
  const ring: { q: number; text: string }[] = []
  let q = 1_000
  let opened = 0
  let resumed = 0

  const count = (from: number, to: number): OccupancyCounts => {
    const counts = { free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0 }
    for (const state of states.subarray(from, to)) counts[bayStates[state] ?? 'unknown']++
    return { ...counts, capacity: to - from - counts.closed, live: counts.free + counts.occupied }
  }
  const sites = (): SiteSummary[] =>
    [...Map.groupBy(plan.plates, ({ site }) => site)].map(([id, plates]) => ({
      id,
      name: plates[0]?.site_name ?? id,
      zone: 'Australia/Melbourne',
      occupancy: count(plates[0]?.from ?? 0, plates.at(-1)?.to ?? 0),
      levels: plates.map(({ level, from, to }) => ({
        ...{ id: level, name: level, occupancy: count(from, to) },
        ...countZones.counted(id, level),
      })),
      updated: new Date().toISOString(),
    }))
  const kpi = (): Kpi => ({
    time: new Date().toISOString(),
    occupancy: count(0, plan.ids.length),
    devices: { seen: 9, reporting: 8, unassigned: plan.ids.length === 0 ? 1 : 0 },
    events_per_second: 3.2,
    pipeline: 'ok',
    ledger: { ...pipeline.ledger, checked: new Date().toISOString() },
    simulated: plan.simulated,
  })
  const event = (name: string, data: unknown, id?: number) =>
    `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  const sendAll = (text: string) => {
    for (const viewer of viewers) viewer.write(text)
  }
  const figures = () => {
    if (!double.silent) sendAll(event('kpi', kpi()) + event('sites', sites()))
  }

  function openStream(request: IncomingMessage, response: ServerResponse) {
    opened++
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const last = request.headers['last-event-id']
    if (last === undefined) response.write(event('d', { t: Date.now(), q, d: [] }, q))
    else {
      resumed++
      for (const frame of ring) if (frame.q > Number(last)) response.write(frame.text)
    }
    response.write(event('kpi', kpi()) + event('sites', sites()))
    viewers.add(response)
    response.on('close', () => viewers.delete(response))
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://double')
    const { pathname } = url
    response.setHeader('content-security-policy', csp)
    const json = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const html = (page: 'desk' | 'public') =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(shell(page, { plan, build, sites: sites(), locale: url.searchParams.get('lang') ?? 'en' }))
    if (pathname === '/desk' || pathname.startsWith('/desk/')) return html('desk')
    if (pathname === '/') return html('public')
    if (pathname.startsWith('/assets/')) {
      const type = pathname.endsWith('.css') ? 'text/css' : 'text/javascript'
      return response
        .writeHead(200, { 'content-type': type, 'cache-control': 'max-age=31536000, immutable' })
        .end(await build.read(pathname.slice(1)))
    }
    if (double.down) return void request.socket.destroy()
    if (double.refuse) return response.writeHead(401).end()
    if (pathname.endsWith('/stream')) return openStream(request, response)
    if (pathname.endsWith('/plan')) return json(plan)
    if (pathname.endsWith('/snapshot'))
      return response
        .writeHead(200, {
          'content-type': 'application/octet-stream',
          'x-seq': String(q),
          'x-plan-version': plan.version,
        })
        .end(Buffer.from(states))
    if (forecast.answer(request, response, url, sites())) return
    if (await countZones.answer(request, response, url)) return
    if (await signs.answer(request, response, url)) return
    if (await pipeline.answer(request, response, url)) return
    const [, , , kind, id = ''] = pathname.split('/').map(decodeURIComponent)
    if (pathname.endsWith('/sessions')) return json({ items: sampleStays(id), next: null })
    if (pathname.endsWith('/occupancy/history')) return json(sampleDay(id))
    if (kind === 'bays' && pathname.endsWith('/history')) return json(sampleBayHistory())
    if (kind === 'bays') return json({ ...bay(plan, states, id), ...details.get(id) })
    if (kind === 'overstays') return json(overstaysOf(url.searchParams.get('bay') ?? '', overstays))
    if (kind === 'devices' && pathname.endsWith('/readings')) return json({ items: [reading(id)], next: null })
    if (kind === 'devices') return json(id ? device(id, id) : { items: [device('A-017', null)], next: null })
    return response.writeHead(404).end()
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const timer = setInterval(figures, 1_000)
  const double: PageDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ states, details, overstays },
    get pipeline() {
      return pipeline
    },
    get forecast() {
      return forecast
    },
    get countZones() {
      return countZones
    },
    get signs() {
      return signs
    },
    down: false,
    refuse: false,
    silent: false,
    get viewers() {
      return viewers.size
    },
    get opened() {
      return opened
    },
    get resumed() {
      return resumed
    },
    counts: () => count(0, states.length),
    change(changes) {
      for (let k = 0; k < changes.length; k += 2) states[changes[k] as number] = changes[k + 1] as number
      q++
      const text = event('d', { t: Date.now(), q, d: changes }, q)
      ring.push({ q, text })
      sendAll(text)
    },
    figures,
    issue() {
      for (const { id } of sites()) sendAll(event('forecast', { site: id, issued: forecast.issued() }))
    },
    cut() {
      for (const viewer of viewers) viewer.destroy()
    },
    reset() {
      details.clear()
      overstays.clear()
      double.cut()
      pipeline = createPipelineDouble()
      forecast = createForecastDouble()
      countZones = createCountsDouble()
      signs = createSignsDouble()
      states.fill(0)
      ring.length = 0
      opened = 0
      resumed = 0
      Object.assign(double, { down: false, refuse: false, silent: false })
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return double
}

interface Shell {
  readonly plan: Plan
  readonly build: Build
  readonly sites: readonly SiteSummary[]
  readonly locale: string
}

function shell(page: 'desk' | 'public', { plan, build, sites, locale }: Shell): string {
  const base = page === 'desk' ? '/api/v1' : '/public'
  const config: PageConfig = {
    page,
    version: '0.0.0',
    simulated: plan.simulated,
    ingest_port: 18_081,
    reader:
      page === 'desk'
        ? { name: 'duty desk', role: 'admin', signed_in: true, rights: [...rightNames], sites: null }
        : null,
    paths: {
      plan: `${base}/plan`,
      snapshot: page === 'desk' ? `${base}/plan/snapshot` : `${base}/snapshot`,
      sites: `${base}/sites`,
      stream: `${base}/stream`,
    },
  }
  const styles = build.filesOf(page).styles.map((file) => `<link rel="stylesheet" href="/${file}">`)
  const lots = sites.map(
    ({ id, name, levels }) =>
      `<li class="card lot" data-site="${id}" data-state="free"><h2>${name}</h2><p class="big"><span class="number">0</span> <span class="word">Free</span></p><p class="muted of-bays">of 0 bays</p><table class="levels">${levels.map((level) => `<tr><td>${level.name}</td><td>0 free</td></tr>`).join('')}</table><p class="muted age">no data yet</p></li>`,
  )
  const body =
    page === 'desk'
      ? '<div id="app"></div>'
      : `<main><h1>City</h1><p class="all-lots"></p><ul class="lots">${lots.join('')}</ul><div id="live"></div></main>`
  return `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Baykeeper</title><link rel="icon" href="/icon.svg">${styles.join('')}<script type="module" src="/${build.scriptOf(page)}"></script></head><body class="${page === 'desk' ? 'desk' : 'plain'}">${body}<script type="application/json" id="config">${JSON.stringify(config)}</script></body></html>`
}

const bay = (plan: Plan, states: Uint8Array, id: string) => ({
  id,
  site: 'site-0',
  level: 'l0',
  zones: [],
  types: ['standard'],
  cause: 'device',
  flags: [],
  override: null,
  gateway: null,
  state: bayStates[states[plan.ids.indexOf(id)] ?? 3],
  stale: false,
  since: new Date(Date.now() - 60_000).toISOString(),
  device: { id: `dev-${id}`, source: 'http' },
  arrived: new Date().toISOString(),
  age_s: 1,
  assigned: [],
  conflicts: [],
})

function overstaysOf(bay: string, overstays: PageDouble['overstays']) {
  const minutes = overstays.get(bay)
  const ago = (min: number) => new Date(Date.now() - min * 60_000).toISOString()
  const of = (begun: number) => ({
    ...{ site: 'site-0', bay, arrival: ago(begun + 30), begun: ago(begun), ended: null },
    ...{ overstay_min: null, max_stay_min: 30, grace_min: 0 },
  })
  return { items: minutes === undefined ? [] : [of(minutes)], next: null }
}

const device = (id: string, bayId: string | null) => ({
  id,
  source: 'http',
  bay: bayId,
  conflict: null,
  since: null,
  time: new Date().toISOString(),
  arrived: new Date().toISOString(),
  first_arrived: new Date().toISOString(),
  silent: false,
  epoch: 0,
  max_seq: 4,
  missing: 0,
  missing_certain: true,
  possible_repeats: 0,
  readings: 5,
  duplicates: 0,
  occupied: true,
  battery_v: 3.58,
  rssi_dbm: -97,
})

const reading = (id: string) => ({
  device: id,
  source: 'http',
  epoch: 0,
  seq: 4,
  time: new Date().toISOString(),
  arrived: new Date().toISOString(),
  quality: ['late'],
  occupied: true,
})
