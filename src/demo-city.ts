/** The simulator's process: puts the demo city's layout into the demo store and plays the city through the HTTP ingest. */
import process from 'node:process'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { createCity } from './simulator/city.ts'
import { runDemo } from './simulator/demo.ts'
import { openStore } from './store/open.ts'

export interface DemoCitySettings {
  readonly store: string
  readonly ingest: string
  readonly token: string
  readonly bays: number
  readonly seed: number
  readonly speed: number
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly json: boolean }
}

const stop = new AbortController()
process.on('SIGINT', () => {})
process.on('SIGTERM', () => stop.abort())
process.on('disconnect', () => process.exit(0))
const settings = await new Promise<DemoCitySettings>((resolve) =>
  process.once('message', (message) => resolve(message as DemoCitySettings)),
)
const log = createLog({ process: 'simulator' }, settings.log)
const { bays, seed, speed } = settings
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
{
  await using store = await openStore(settings.store, { log, clock: systemClock })
  await store.migrate()
  const { layout } = createCity({ bays, seed, zone })
  const stored = await store.layout()
  if (JSON.stringify(stored?.layout) !== JSON.stringify(layout))
    await store.saveLayout(layout, 'simulator', systemClock.now())
}
const go = new Promise<void>((resolve) => process.once('message', () => resolve()))
process.send?.('placed')
// Nothing is sent before the server takes it.
await go
await runDemo({ url: settings.ingest, token: settings.token, bays, seed, zone, speed, signal: stop.signal, log })
process.exit(0)
