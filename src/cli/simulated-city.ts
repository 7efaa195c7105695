/**
 * The simulated city of a server that has nothing real yet: a separate process that sends through the server's ingest.
 *
 *   planned ──start──▶ running ──end──▶ ended
 *      └───────────────end──────────────▲
 *
 * It ends for good as soon as something real begins: an ingest token exists, or the first real reading has
 * arrived. An API key is no sensor: a client that reads the city through the API keeps it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Keyring } from '../auth/keyring.ts'
import type { Config, LoadedConfig } from '../config/config.ts'
import { sectionsOf } from '../config/source-sections.ts'
import { storeUrl } from '../config/store-url.ts'
import { systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import type { FromCity, ToCity } from '../processes/demo-city.ts'
import type { RunDirectory } from '../processes/run-directory.ts'
import type { Supervisor } from '../processes/supervisor.ts'

/** The store of the city, and the token it sends with. */
export interface DemoPlace {
  readonly dir: string
  readonly token: string
}

export interface SimulatedCity {
  /** Resolves when the city's plan is in its store, so that the first page shows it. */
  start(ingest: string): Promise<void>
  /** The server takes readings. */
  go(): void
  /** The real city begins. */
  end(why: string): Promise<void>
  /** The server stops. */
  stop(): void
}

export interface CityDeps {
  readonly config: Config
  readonly place: DemoPlace
  readonly keyring: Keyring
  /** `baykeeper demo`: a token does not end it. */
  readonly isForced: boolean
  readonly run: RunDirectory
  readonly log: Log
  supervisor(): Supervisor
}

type CityState =
  | { readonly is: 'planned' }
  | { readonly is: 'running'; readonly child: ChildProcess }
  | { readonly is: 'ended'; readonly left: Promise<void> }

const root = path.join(import.meta.dirname, '../..')

/** How often the demo looks whether somebody has made an ingest token: then the real thing begins. */
const demoCheckMs = 1_000

/** Undefined where the city is not simulated. */
export async function demoPlace(
  loaded: LoadedConfig,
  keyring: Keyring,
  isForced: boolean,
): Promise<DemoPlace | undefined> {
  if (!isForced && !(await isDemo(loaded, keyring))) return undefined
  const dir = path.join(loaded.config.data, 'demo')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return { dir, token: `bkd_${randomBytes(32).toString('base64url')}` }
}

export function createSimulatedCity(deps: CityDeps): SimulatedCity {
  const { keyring, log, isForced } = deps
  let state: CityState = { is: 'planned' }

  async function leave(why: string) {
    log.info(`${why}: the simulated city ends, the real one begins`)
    stop()
    await deps.supervisor().endDemo()
  }

  function stop() {
    clearInterval(watching)
    if (state.is === 'running') state.child.kill('SIGTERM')
  }

  function end(why: string): Promise<void> {
    if (state.is === 'ended') return state.left
    const left = leave(why)
    state = { is: 'ended', left }
    return left
  }

  const watching = isForced
    ? undefined
    : setInterval(() => !keyring.isEmpty() && void end('an ingest token exists now'), demoCheckMs)
  return {
    async start(ingest) {
      if (state.is !== 'planned') return
      const child = spawnCity(deps, ingest)
      state = { is: 'running', child }
      await layoutPlaced(child)
    },
    go() {
      if (state.is === 'running' && state.child.connected) state.child.send({ type: 'go' } satisfies ToCity)
    },
    end,
    stop,
  }
}

/** The city is simulated only while nothing real exists: no ingest token, no source, no layout, no reading. */
async function isDemo({ config, origins }: LoadedConfig, keyring: Keyring): Promise<boolean> {
  if (!config.demo.enabled || config.ingest.port === 'off') return false
  const hasLines = sectionsOf(config).some(({ source, settings }) => source.lines?.(settings).length)
  if (!keyring.isEmpty() || hasLines || origins.has('store')) return false
  if (!existsSync(path.join(config.data, 'baykeeper.db'))) return true
  const { openStore } = await import('../store/engine/open.ts')
  await using store = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
  await store.migrate()
  return (await store.layout()) === undefined && (await store.counts()).devices === 0
}

function spawnCity({ config, place, supervisor, log, run }: CityDeps, ingest: string): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(root, 'src/processes/demo-city.ts')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    },
  )
  const send = (message: ToCity) => {
    // A city that has ended meanwhile needs no message; its exit is logged.
    if (child.connected) child.send(message, undefined, undefined, () => {})
  }
  if (child.pid) run.spawned('demo-city', child.pid)
  child.on('error', (error) => log.warn('the simulator could not be started', { error }))
  const { bays, seed, speed } = config.demo
  const settings = {
    store: storeUrl(config, place.dir),
    ingest,
    token: place.token,
    bays,
    seed,
    speed,
    log: config.log,
  }
  send({ type: 'settings', ...settings })
  child.on('message', async (message: FromCity) => {
    if (message.type === 'publish')
      send({ type: 'publish-answer', answer: await supervisor().publishDemo(message.record) })
  })
  child.on('exit', (code) => code && log.warn('the simulator ended', { code }))
  return child
}

/** The city's plan is in its store, so that the first page shows it; a simulator that fails does not keep the server from starting. */
async function layoutPlaced(city: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    city.on('message', (message: FromCity) => message.type === 'placed' && resolve())
    city.once('exit', () => resolve())
  })
}
