/**
 * The simulator's process: puts the demo city's layout into the demo store and plays the city through the HTTP ingest. A city without a past
 * gets one, simulated too, so that there is something to forecast from: nine weeks of quarter hours, written beside the live ones.
 */

import process from 'node:process'
import type { LogLevel } from '@baykeeper/contract/vocabulary.ts'
import { encodePublication } from '../domain/layout-publication.ts'
import { systemClock } from '../lib/clock.ts'
import { createLog } from '../lib/log.ts'
import { surviveClosedOutput } from '../lib/log-output.ts'
import { packJson } from '../lib/packed-json.ts'
import { createCity } from '../simulator/city.ts'
import type { CityAct } from '../simulator/city-script.ts'
import { runDemo } from '../simulator/demo.ts'
import { openStore } from '../store/engine/open.ts'
import type { LayoutPosition, Store } from '../store/store.ts'
import { createDemoDesk } from './demo-desk.ts'
import { writePast } from './demo-past.ts'
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

/** Behind a backlog of the demo's journal the first page comes before the plan. */
const placedMsMax = 4_000
const placedLookMs = 20

surviveClosedOutput()
const stop = new AbortController()
/** Ctrl-C goes to all processes; main decides when the city ends. */
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
const desk = createDemoDesk(layout, systemClock)
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
  act: actOut,
  signal: stop.signal,
  log,
})
// City time that runs faster has another past than the clock.
if (speed === 1)
  await writePast(settings.store, { layout, seed, zone, signal: stop.signal, log }).catch((error) =>
    log.warn('the city has no past', { error }),
  )
await living
process.exit(0)

/** Into the demo's journal, as a person's layout goes into the real one; and in the store before the first page is shown. */
async function placeLayout(store: Store) {
  const packed = await packJson(layout)
  const record = encodePublication({ author: 'simulator', comment: '', at: systemClock.now(), packed })
  const until = systemClock.monotonic() + placedMsMax
  const position = await published(record)
  while (systemClock.monotonic() < until && (await store.layoutVersionAt(position)) === undefined)
    await systemClock.sleep(placedLookMs, stop.signal)
}

/** Resolves with its place in the journal. */
async function published(record: Uint8Array): Promise<LayoutPosition> {
  for (;;) {
    const answered = received('publish-answer')
    send({ type: 'publish', record })
    const { answer } = await answered
    if (answer.ok) return answer
    if (answer.reason === 'refused') throw new Error(`a change of the simulated city was refused: ${answer.message}`)
    // Intake is being started. Twice the same change would do no harm.
    await systemClock.sleep(placedLookMs, stop.signal)
  }
}

/** A change that cannot be made is left out: the city goes on. */
async function actOut(act: CityAct) {
  try {
    const record = await desk.recordOf(act)
    if (record) await published(record)
  } catch (error) {
    if (stop.signal.aborted) throw error
    log.warn('a change of the simulated city was left out', { error })
  }
}
