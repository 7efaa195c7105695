/**
 * The simulator's process: puts the demo city's layout into the demo store and plays the city through the HTTP ingest. A city without a past
 * gets one, simulated too, so that there is something to forecast from: nine weeks of quarter hours, written beside the live ones.
 */

import process from 'node:process'
import type { LogLevel } from '@baykeeper/contract/vocabulary.ts'
import { encodePublication } from '../domain/layout-publication.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { createLog } from '../lib/log.ts'
import { surviveClosedOutput } from '../lib/log-output.ts'
import { packJson } from '../lib/packed-json.ts'
import { createCity } from '../simulator/city.ts'
import { runDemo } from '../simulator/demo.ts'
import { type PastQuarter, pastOf } from '../simulator/past.ts'
import { openStore } from '../store/engine/open.ts'
import { noReadings } from '../store/readings/reading-rows.ts'
import { noSessions, type OccupancyRow, type Store } from '../store/store.ts'
import type { PublishAnswer } from './messages.ts'

export interface DemoCitySettings {
  readonly store: string
  readonly ingest: string
  readonly token: string
  readonly bays: number
  readonly seed: number
  readonly speed: number
  readonly log: { readonly level: LogLevel; readonly json: boolean }
}

/** Long enough for four weeks of anchor and four to learn from. */
const pastDays = 63
/** Its rows are committed under a name of their own: no journal holds them. */
const pastJournal = 'simulated-past'
/** A commit of so many is over soon, and the live ones come in between. */
const pastRowsAtOnce = 4_000
const pastPauseMs = 15
/** Behind a backlog of the demo's journal the first page comes before the plan. */
const placedMsMax = 4_000
const placedLookMs = 20

surviveClosedOutput()
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
process.on('SIGTERM', () => stop.abort())
process.on('disconnect', () => process.exit(0))
/** From `main`: settings first, then the answers to what is published, and that the server takes readings. */
export type ToCity =
  | ({ readonly type: 'settings' } & DemoCitySettings)
  | { readonly type: 'publish-answer'; readonly answer: PublishAnswer }
  | { readonly type: 'go' }
export type FromCity = { readonly type: 'publish'; readonly record: Uint8Array } | { readonly type: 'placed' }

const received = <T extends ToCity['type']>(type: T) =>
  new Promise<Extract<ToCity, { type: T }>>((resolve) => {
    const listener = (message: ToCity) => {
      if (message.type !== type) return
      process.off('message', listener)
      resolve(message as Extract<ToCity, { type: T }>)
    }
    process.on('message', listener)
  })
// The channel may have ended before this code ran.
if (!process.connected) process.exit(0)
const send = (message: FromCity) => process.send?.(message)

const settings = await received('settings')
const log = createLog({ process: 'simulator' }, settings.log)
const { bays, seed, speed } = settings
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const { layout } = createCity({ bays, seed, zone })
{
  await using store = await openStore(settings.store, { log, clock: systemClock })
  await store.migrate()
  const stored = await store.layout()
  if (JSON.stringify(stored?.layout) !== JSON.stringify(layout)) await placeLayout(store)
}
const go = received('go')
send({ type: 'placed' })
// Nothing is sent before the server takes it.
await go
const living = runDemo({
  url: settings.ingest,
  token: settings.token,
  bays,
  seed,
  zone,
  speed,
  signal: stop.signal,
  log,
})
// City time that runs faster has another past than the clock.
if (speed === 1) await writePast().catch((error) => log.warn('the city has no past', { error }))
await living
process.exit(0)

/** Into the demo's journal, as a person's layout goes into the real one; and in the store before the first page is shown. */
async function placeLayout(store: Store) {
  const packed = await packJson(layout)
  const record = encodePublication({ author: 'simulator', comment: '', at: systemClock.now(), packed })
  const until = systemClock.monotonic() + placedMsMax
  for (;;) {
    const answered = received('publish-answer')
    send({ type: 'publish', record })
    const { answer } = await answered
    if (answer.ok) {
      while (systemClock.monotonic() < until && (await store.layoutVersionAt(answer)) === undefined)
        await systemClock.sleep(placedLookMs, stop.signal)
      return
    }
    if (answer.reason === 'refused') throw new Error(`the layout of the simulated city: ${answer.message}`)
    // Intake is being started. Twice the same layout would do no harm.
    await systemClock.sleep(placedLookMs, stop.signal)
  }
}

/** Up to the quarter the city was started in; of an older city, what it has missed since it was last alive. */
async function writePast() {
  await using store = await openStore(settings.store, { log, clock: systemClock })
  const to = Math.floor(systemClock.now() / quarterMs) * quarterMs
  const from = to - pastDays * 86_400_000
  const began = performance.now()
  let rows: OccupancyRow[] = []
  let written = 0
  const write = async () => {
    await commitPast(store, rows)
    written += rows.length
    rows = []
    await systemClock.sleep(pastPauseMs, stop.signal)
  }
  const lived = await livedQuarters(store, from, to)
  const past = [...pastOf({ layout, seed, zone, from, to })]
  // The newest first: it tells most.
  for (const quarter of past.reverse()) {
    if (lived.has(quarter[0]?.start ?? 0)) continue
    for (const place of quarter) rows.push(rowOf(place))
    if (rows.length >= pastRowsAtOnce) await write()
  }
  if (rows.length > 0) await write()
  if (written > 0)
    log.info('the simulated city was given a past', {
      days: pastDays,
      rows: written,
      ms: Math.round(performance.now() - began),
    })
}

/** Quarters in which the city was alive, or has a past already. */
async function livedQuarters(store: Store, from: number, to: number): Promise<ReadonlySet<number>> {
  const site = layout.sites[0]?.id ?? ''
  const rows = await store.occupancy({
    ...{ spanMs: quarterMs, site, level: null, zone: null, from: instant(from), to: instant(to) },
  })
  return new Set(rows.map(({ start }) => start))
}

async function commitPast(store: Store, occupancy: readonly OccupancyRow[]) {
  const { position, fence } = await store.cursor(pastJournal)
  await store.commit({
    ...{ journal: pastJournal, from: position, to: position + 1, fence },
    ...{ readings: noReadings(), devices: [], deadLetters: [], deadLettersDone: [], ledger: [] },
    history: { sessions: noSessions, occupancy, counts: [], health: [] },
  })
}

/** As if nothing had changed within the quarter. */
function rowOf({ capacity, occupied, ...place }: PastQuarter): OccupancyRow {
  return {
    ...{ ...place, spanMs: quarterMs, capacity, occupiedMs: occupied * quarterMs, knownMs: capacity * quarterMs },
    ...{ fullMs: occupied >= capacity ? quarterMs : 0, minOccupied: occupied, maxOccupied: occupied },
    ...{ occupiedEnd: occupied, knownEnd: capacity },
  }
}
