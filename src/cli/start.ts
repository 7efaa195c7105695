/** `baykeeper start`: binds the sockets, starts the processes, prints the banner, and stays until told to leave. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { access, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Keyring, openKeyring } from '../auth/keyring.ts'
import type { Config, LoadedConfig } from '../config/config.ts'
import { refuseFaulty } from '../config/faults.ts'
import { sectionsOf } from '../config/source-sections.ts'
import { storeUrl } from '../config/store-url.ts'
import { version } from '../config/version.ts'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { systemClock } from '../lib/clock.ts'
import { keepDirect } from '../lib/direct-hosts.ts'
import { plainMessage } from '../lib/disk-fault.ts'
import { createLog, type Log, silentLog } from '../lib/log.ts'
import type { FromCity, ToCity } from '../processes/demo-city.ts'
import { closeToOthers } from '../processes/private-files.ts'
import { claimRunDirectory, DataDirectoryTaken, type RunDirectory } from '../processes/run-directory.ts'
import { leaseRefusal } from '../processes/server-lease.ts'
import { bindServerPorts, descriptorsOf, udpPortsOf, urlsOf } from '../processes/server-ports.ts'
import { createSupervisor, type Supervisor } from '../processes/supervisor.ts'
import { openStore } from '../store/engine/open.ts'
import { banner } from './banner.ts'
import { CommandFailed, exitCodes, needsPerson } from './output.ts'
import type { Ready } from './place.ts'
import { ensureWebBuilt } from './web-build.ts'

export interface StartOptions {
  readonly readyFile?: string | undefined
  /** `baykeeper demo`: simulate whatever else is configured. */
  readonly forceDemo?: boolean
}

const root = path.join(import.meta.dirname, '../..')

/** How often the demo looks whether somebody has made a token: then the real thing begins. */
const demoCheckMs = 1_000

export async function start(loaded: LoadedConfig, options: StartOptions): Promise<number> {
  try {
    return await startOn(loaded, options)
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    const message = plainMessage(cause, loaded.config.data)
    throw message === (cause as Error).message ? cause : new CommandFailed(exitCodes.failed, message, { cause })
  }
}

async function startOn(loaded: LoadedConfig, options: StartOptions): Promise<number> {
  const began = performance.now()
  const { config } = loaded
  const log = createLog({ process: 'main' }, config.log)
  const say = (line: string) => process.stderr.write(`${line}\n`)
  await refuseFaulty(loaded)
  keepDirect([config.host])
  await refuseUnwritable(config.data)
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  using run = claimed(config.data)
  if (options.readyFile) await rm(path.resolve(options.readyFile), { force: true })
  await run.leftoversGone((names) =>
    log.info('an earlier server was killed: waiting for what it left behind', { names }),
  )
  for (const problem of await closeToOthers(config.data)) log.warn(problem)
  using keyring = await openKeyring(config.data)
  const demo =
    options.forceDemo || (await isDemo(loaded, keyring))
      ? { dir: path.join(config.data, 'demo'), token: `bkd_${randomBytes(32).toString('base64url')}` }
      : undefined
  if (demo) await mkdir(demo.dir, { recursive: true, mode: 0o700 })
  if (!demo) await databaseIsFree(config)
  const ports = await bindServerPorts(loaded, demo !== undefined)
  const unbuilt = await ensureWebBuilt(say)

  const leaving = Promise.withResolvers<number>()
  // It is raced, or awaited later: a rejection before that must not end the process.
  leaving.promise.catch(() => {})
  let city: ChildProcess | undefined
  const urls = () => urlsOf(config, ports, supervisor.udpPorts())
  const announce = async () => {
    const ready = readyOf(config, answering(urls(), supervisor), supervisor)
    await run.announce(ready)
    if (options.readyFile) await writeFileAtomic(path.resolve(options.readyFile), JSON.stringify(ready))
  }
  let announced = false
  const supervisor: Supervisor = createSupervisor({
    settings: {
      config,
      dataDir: config.data,
      demo,
      version,
      startedAt: Date.now(),
      urls: urlsOf(config, ports, {}),
    },
    listeners: descriptorsOf(ports),
    udpPorts: udpPortsOf(ports),
    log,
    onSpawn: run.spawned,
    onChange: () => {
      if (announced) announce().catch((error) => log.warn('the ready file could not be written', { error }))
    },
    onRefused: (fault) => leaving.reject(fault),
    onRealData: () => void endDemo('the first real reading has arrived'),
  })

  let ending: Promise<void> | undefined
  const endDemo = (why: string) => {
    ending ??= (async () => {
      clearInterval(watching)
      log.info(`${why}: the simulated city ends, the real one begins`)
      city?.kill('SIGTERM')
      city = undefined
      await supervisor.endDemo()
    })()
    return ending
  }
  const watching =
    demo && !options.forceDemo
      ? setInterval(() => keyring.list().length > 0 && void endDemo('a token exists now'), demoCheckMs)
      : undefined

  for (const [signal, code] of [
    ['SIGINT', exitCodes.interrupted],
    ['SIGTERM', exitCodes.ok],
  ] as const)
    process.on(signal, () => leaving.resolve(code))
  // A terminal that is closed does not end a server.
  process.on('SIGHUP', () => log.info('SIGHUP is ignored: there is nothing to read again'))
  process.on('disconnect', () => leaving.resolve(exitCodes.ok))

  try {
    if (demo) city = startCity(config, { ...demo, ingest: urls()['ingest'] as string, supervisor, log, run })
    const up = await Promise.race([
      Promise.all([supervisor.start(), city && layoutPlaced(city), databaseAccepts(config)]),
      leaving.promise,
    ])
    if (typeof up === 'number') return up
    const [waiting] = up
    if (city?.connected) city.send({ type: 'go' } satisfies ToCity)
    if (urls()['web'] && supervisor.hasListened('web'))
      await answersReady(`${urls()['web']?.replace('//0.0.0.0:', '//127.0.0.1:')}/readyz`)
    announced = true
    const secret = await keyring.createSetupLink()
    say(
      banner({
        config,
        urls: urls(),
        ports,
        demo: demo !== undefined,
        secret,
        ms: performance.now() - began,
        unbuilt,
        waiting,
        file: loaded.file,
      }),
    )
    await announce()
    return await leaving.promise
  } catch (cause) {
    throw new CommandFailed(
      needsPerson(cause) ? exitCodes.config : exitCodes.failed,
      plainMessage(cause, config.data),
      {
        cause,
      },
    )
  } finally {
    announced = false
    clearInterval(watching)
    city?.kill('SIGTERM')
    await supervisor.stop()
    if (options.readyFile) await rm(path.resolve(options.readyFile), { force: true })
    for (const { socket } of Object.values(ports.bound)) socket.close()
  }
}

/** Of a file system that is read only, `mkdir` says that the directory does not exist. */
async function refuseUnwritable(dir: string): Promise<void> {
  let found = dir
  while (!existsSync(found) && found !== path.dirname(found)) found = path.dirname(found)
  try {
    await access(found, constants.W_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EROFS' ? 'its file system is read only' : `${code}`
    throw new CommandFailed(exitCodes.failed, `${found} cannot be written (${why}): name another with --data`, {
      cause,
    })
  }
}

/** The city is simulated only while nothing real exists: no token, no source, no layout, no reading. */
async function isDemo({ config, origins }: LoadedConfig, keyring: Keyring): Promise<boolean> {
  if (!config.demo.enabled || config.ingest.port === 'off') return false
  const hasLines = sectionsOf(config).some(({ source, settings }) => source.lines?.(settings).length)
  if (keyring.list().length > 0 || hasLines || origins.has('store')) return false
  if (!existsSync(path.join(config.data, 'baykeeper.db'))) return true
  const { openStore } = await import('../store/engine/open.ts')
  await using store = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
  await store.migrate()
  return (await store.layout()) === undefined && (await store.counts()).devices === 0
}

/** A port is announced when its process listens on it, not when it is bound: the kernel accepts connections from then on. */
function answering(urls: Record<string, string>, supervisor: Supervisor): Record<string, string> {
  const { web, ...ofIntake } = urls
  return {
    ...(web && supervisor.hasListened('web') ? { web } : {}),
    ...(supervisor.hasListened('intake') ? ofIntake : {}),
  }
}

function claimed(dataDir: string): RunDirectory {
  try {
    return claimRunDirectory(dataDir)
  } catch (fault) {
    if (fault instanceof DataDirectoryTaken) throw new CommandFailed(exitCodes.failed, fault.message)
    throw fault
  }
}

function readyOf(config: Config, urls: Record<string, string>, supervisor: Supervisor): Ready {
  const devices = sectionsOf(config).flatMap(({ source, settings }) => {
    const found = source.devices?.(settings) ?? []
    return found.length > 0 ? [[source.key, found]] : []
  })
  return { ...urls, ...Object.fromEntries(devices), pids: { main: process.pid, ...supervisor.pids() } }
}

interface CityPlace {
  readonly dir: string
  readonly token: string
  readonly ingest: string
  readonly supervisor: Supervisor
  readonly log: Log
  readonly run: RunDirectory
}

function startCity(config: Config, { dir, token, ingest, supervisor, log, run }: CityPlace): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(root, 'src/processes/demo-city.ts')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    },
  )
  const send = (message: ToCity) => {
    if (child.connected) child.send(message, undefined, undefined, () => {})
  }
  if (child.pid) run.spawned('demo-city', child.pid)
  child.on('error', (error) => log.warn('the simulator could not be started', { error }))
  const { bays, seed, speed } = config.demo
  const settings = { store: storeUrl(config, dir), ingest, token, bays, seed, speed, log: config.log }
  send({ type: 'settings', ...settings })
  child.on('message', async (message: FromCity) => {
    if (message.type === 'publish')
      send({ type: 'publish-answer', answer: await supervisor.publishDemo(message.record) })
  })
  child.on('exit', (code) => code && log.warn('the simulator ended', { code }))
  return child
}

/** What is announced as ready says so itself; the figures of the other processes reach the pages a moment after the processes do. */
async function answersReady(url: string): Promise<void> {
  for (const until = performance.now() + readyMsMax; performance.now() < until; await sleep(readyLookMs)) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
  }
}

const readyMsMax = 3_000
const readyLookMs = 20

/** The city's plan is in its store, so that the first page shows it; a simulator that fails does not keep the server from starting. */
async function layoutPlaced(city: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    city.on('message', (message: FromCity) => message.type === 'placed' && resolve())
    city.once('exit', () => resolve())
  })
}

/** Throws where another server works on the database: before a port answers that would be closed again seconds later. */
async function databaseIsFree(config: Config): Promise<void> {
  const refusal = await leaseRefusal(storeUrl(config, config.data), config.data)
  if (refusal !== undefined) throw new CommandFailed(exitCodes.config, refusal)
}

/** Throws where the database server refuses this configuration. One that is away is waited for by the processes. */
async function databaseAccepts(config: Config): Promise<void> {
  if (config.store === 'sqlite') return
  try {
    await using _ = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
  } catch (fault) {
    if (needsPerson(fault)) throw fault
  }
}
