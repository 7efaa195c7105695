/** One server with 50,000 bays and a past: publishing beside ingest, the state of a past day, sites beside 10,000 events/s. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { routes } from '../../contract/routes.ts'
import { dayMs } from '../../src/lib/utc-day.ts'
import { openPlace } from '../limits/place.ts'
import { openServerUnderLoad, type ServerUnderLoad } from '../limits/server-under-load.ts'
import { apiKey } from '../run/baykeeper.ts'
import { type Latency, latencyOf, rounded } from '../run/figures.ts'
import { bayCount, bayName, cityText } from './city.ts'
import { layPast } from './past.ts'
import type { Answered } from './requests-process.ts'

export interface Served {
  /** Each: from the request to the answer that the layout is live, or accepted (202). */
  readonly publish_ms: readonly number[]
  /** How often the answer was 202: safe, not live yet. */
  readonly publish_late: number
  /** Time to an acknowledgement of ingest at `rate`, without and with publishing. */
  readonly rate: number
  readonly ack_quiet: Latency
  readonly ack_publishing: Latency
  /** One bay changed, again and again. */
  readonly change_ms: Latency
  /** Of the row that each of them adds; the journal and its copy hold as much once more each. */
  readonly change_bytes: number
  readonly past_state_ms: readonly number[]
  readonly past_changes: number
  readonly sites: Answered
  readonly lost: number
}

export interface ServedOptions {
  readonly quick: boolean
  readonly say: (text: string) => void
}

const rate = 10_000
const requestsPerS = 1_000

export async function measureServed({ quick, say }: ServedOptions): Promise<Served> {
  await using place = await openPlace('sqlite')
  const past = { days: 2, changesOfDay: quick ? 2 : 24 }
  let pastChanges = 0
  await using loaded = await openServerUnderLoad(place, ['http'], async (url) => {
    pastChanges = await layPast(url, past)
  })
  const load = await loaded.load('http', bayCount)
  let sent = 0
  const pace = async (seconds: number) => {
    const done = await load.ask({ kind: 'pace', rate, seconds })
    sent += done.sent
    return latencyOf(done.ackMs)
  }
  const publishing = await measurePublishing(loaded, pace, quick)
  say(
    `50,000 bays published in ${publishing.publish_ms.join(', ')} ms beside ${rate} events/s: acknowledged p99 ${publishing.ack_quiet.p99_ms} ms without, ${publishing.ack_publishing.p99_ms} ms with it`,
  )
  const pastMs: number[] = []
  for (let day = 1; day <= past.days; day++) pastMs.push(await pastState(loaded, Date.now() - day * dayMs))
  say(`state of a past day, of ${pastChanges} changes: ${pastMs.join(', ')} ms`)
  const sites = await sitesBeside(loaded, pace, quick ? 3 : 20)
  say(
    `GET /api/v1/sites at ${requestsPerS}/s beside ${rate} events/s: ${sites.p50_ms}/${sites.p99_ms} ms p50/p99, ${sites.failed} failed`,
  )
  const changes = await measureChanges(loaded, quick ? 1 : 100)
  say(
    `a bay changed in ${changes.change_ms.p50_ms}/${changes.change_ms.p99_ms} ms p50/p99, ${changes.change_bytes} bytes each`,
  )
  await loaded.drained(sent)
  const { stored } = await loaded.count()
  return {
    ...{ ...publishing, rate, past_state_ms: pastMs, past_changes: pastChanges, sites, ...changes },
    lost: sent - stored,
  }
}

type Pacing = (seconds: number) => Promise<Latency>

async function measurePublishing(loaded: ServerUnderLoad, pace: Pacing, quick: boolean) {
  await pace(quick ? 1.5 : 5)
  const ack_quiet = await pace(quick ? 1.5 : 10)
  const publish_ms: number[] = []
  let publish_late = 0
  const pacing = pace(quick ? 5 : 20)
  for (let i = 0; i < (quick ? 2 : 5); i++) {
    await sleep(500)
    const body = cityText(`City ${i}`)
    const began = performance.now()
    const answer = await ask(loaded, routes.publishLayout.path, { method: 'PUT', body })
    publish_ms.push(Math.round(performance.now() - began))
    if (answer.status === 202) publish_late++
  }
  return { publish_ms, publish_late, ack_quiet, ack_publishing: await pacing }
}

async function pastState(loaded: ServerUnderLoad, at: number): Promise<number> {
  const began = performance.now()
  const answer = await ask(loaded, `${routes.pastState.path}?at=${new Date(at).toISOString()}`)
  const { bays } = answer.json as { bays: readonly unknown[] }
  if (bays.length !== bayCount) throw new Error(`the state of a past day has ${bays.length} of ${bayCount} bays`)
  return Math.round(answer.gotMs - began)
}

async function sitesBeside({ server }: ServerUnderLoad, pace: Pacing, seconds: number): Promise<Answered> {
  const script = path.join(import.meta.dirname, 'requests-process.ts')
  const url = `${server.ready.web}${routes.sites.path}`
  const pacing = pace(seconds + 1)
  const { stdout } = await promisify(execFile)(process.execPath, [script, url, apiKey, `${requestsPerS}`, `${seconds}`])
  await pacing
  return JSON.parse(stdout) as Answered
}

async function measureChanges(loaded: ServerUnderLoad, count: number) {
  const tookMs: number[] = []
  for (let i = 0; i < count; i++) {
    const url = routes.changeBay.path.replace('{id}', bayName(i))
    const began = performance.now()
    await ask(loaded, url, { method: 'PATCH', body: JSON.stringify({ label: `changed ${i}` }) })
    tookMs.push(performance.now() - began)
  }
  const [row] = await loaded.place.query('SELECT length(layout) AS bytes FROM layout ORDER BY version DESC LIMIT 1')
  return { change_ms: latencyOf(tookMs), change_bytes: Number(row?.['bytes']) }
}

async function ask({ server }: ServerUnderLoad, url: string, init: { method?: string; body?: string } = {}) {
  const type: Record<string, string> = init.body === undefined ? {} : { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${apiKey}`, ...type }
  const answer = await fetch(new URL(url, server.ready.web), { ...init, headers })
  const text = await answer.text()
  const gotMs = performance.now()
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url} answers ${answer.status}: ${text.slice(0, 500)}`)
  return { status: answer.status, json: JSON.parse(text) as unknown, gotMs: rounded(gotMs, 1) }
}
