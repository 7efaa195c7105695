/** `baykeeper start`: binds the sockets, starts the processes, prints the banner, and stays until told to leave. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import { type BoundPort, bindPort } from '../bound-sockets.ts'
import type { Config, LoadedConfig } from '../config.ts'
import { isLoopback } from '../configured-sources.ts'
import type { DemoCitySettings } from '../demo-city.ts'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { systemClock } from '../lib/clock.ts'
import { plainMessage } from '../lib/disk-fault.ts'
import { type Keyring, openKeyring, weakEnvironment } from '../lib/keyring.ts'
import { createLog, type Log, silentLog } from '../lib/log.ts'
import { storeUrl } from '../store-url.ts'
import { createSupervisor, type Supervisor } from '../supervisor.ts'
import { version } from '../version.ts'
import { CommandFailed, exitCodes } from './output.ts'
import { leftoversGone, type Ready, readyPath, runningServer } from './place.ts'
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
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  const running = await runningServer(config.data)
  if (running)
    throw new CommandFailed(
      exitCodes.failed,
      `a server (pid ${running.pids['main']}) already runs on ${config.data}; stop it, or choose another directory with --data`,
    )
  refuseOpenListeners(config)
  await leftoversGone(config.data)
  using keyring = await openKeyring(config.data)
  const demo =
    options.forceDemo || (await isDemo(loaded, keyring))
      ? { dir: path.join(config.data, 'demo'), token: `bkd_${randomBytes(32).toString('base64url')}` }
      : undefined
  if (demo) await mkdir(demo.dir, { recursive: true, mode: 0o700 })
  const ports = await bindAll(loaded, demo !== undefined)
  const unbuilt = await ensureWebBuilt(say)

  const leaving = Promise.withResolvers<number>()
  let city: ChildProcess | undefined
  const urls = () => urlsOf(config, ports, supervisor.udpPort())
  const announce = async () => {
    const ready = readyOf(config, urls(), supervisor)
    await writeFileAtomic(readyPath(config.data), JSON.stringify(ready))
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
      urls: urlsOf(config, ports, undefined),
    },
    listeners: Object.fromEntries(Object.entries(ports).map(([use, { fd }]) => [use, fd])),
    udpPort: config.udp.port,
    log,
    onChange: () => {
      if (announced) announce().catch((error) => log.warn('the ready file could not be written', { error }))
    },
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
    ['SIGHUP', exitCodes.ok],
  ] as const)
    process.on(signal, () => leaving.resolve(code))
  process.on('disconnect', () => leaving.resolve(exitCodes.ok))

  try {
    await mkdir(path.dirname(readyPath(config.data)), { recursive: true })
    if (demo) city = startCity(config, demo, urls()['ingest'], log)
    const up = await Promise.race([Promise.all([supervisor.start(), city && layoutPlaced(city)]), leaving.promise])
    if (typeof up === 'number') return up
    const [waiting] = up
    if (city?.connected) city.send('go')
    if (urls()['web'] && waiting.length === 0)
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
    throw new CommandFailed(exitCodes.failed, plainMessage(cause, config.data), { cause })
  } finally {
    clearInterval(watching)
    city?.kill('SIGTERM')
    await supervisor.stop()
    await rm(readyPath(config.data), { force: true })
    if (options.readyFile) await rm(path.resolve(options.readyFile), { force: true })
    for (const { socket } of Object.values(ports)) socket.close()
  }
}

/** The city is simulated only while nothing real exists: no token, no source, no layout, no reading. */
async function isDemo({ config, origins }: LoadedConfig, keyring: Keyring): Promise<boolean> {
  if (!config.demo.enabled || config.ingest.port === 'off') return false
  if (keyring.list().length > 0 || config.serial.length > 0 || config.brokers.length > 0 || origins.has('store'))
    return false
  if (!existsSync(path.join(config.data, 'baykeeper.db'))) return true
  const { openStore } = await import('../store/open.ts')
  await using store = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
  await store.migrate()
  return (await store.layout()) === undefined && (await store.counts()).devices === 0
}

/** Off loopback nobody unknown may send: MQTT wants a password, TCP and UDP an allow-list, tokens must not be guessable, or nothing starts. */
function refuseOpenListeners({ host, tcp, udp }: Config) {
  if (isLoopback(host)) return
  const [weak] = weakEnvironment()
  if (weak) throw new CommandFailed(exitCodes.config, `--host ${host} opens the server to the network, and ${weak}`)
  for (const [name, { port, allow }] of Object.entries({ tcp, udp }))
    if (port !== 'off' && allow.length === 0)
      throw new CommandFailed(
        exitCodes.config,
        `--host ${host} opens the ${name.toUpperCase()} listener to the network, and it has no way to ask for a password: set "${name}: { allow: [10.0.0.0/8] }" in the configuration file to say who may send, or switch it off with --${name}-port off`,
      )
}

type Ports = Record<string, BoundPort>

async function bindAll({ config, origins }: LoadedConfig, demo: boolean): Promise<Ports> {
  const ports: Ports = {}
  const wishes = [
    ['web', 'web', '--port', config.port, 'port'],
    ['ingest', 'HTTP ingest', '--ingest-port', config.ingest.port, 'ingest.port'],
    ['mqtt', 'MQTT', '--mqtt-port', config.mqtt.port, 'mqtt.port'],
    ['tcp', 'TCP lines', '--tcp-port', config.tcp.port, 'tcp.port'],
  ] as const
  for (const [use, label, flag, port, origin] of wishes)
    if (port !== 'off')
      ports[use] = await bindPort(config.host, { label, flag, port, mayMove: demo && !origins.has(origin) })
  return ports
}

function urlsOf(config: Config, ports: Ports, udpPort: number | undefined): Record<string, string> {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const schemes = { web: 'http', ingest: 'http', mqtt: 'mqtt', tcp: 'tcp' }
  const urls: Record<string, string> = {}
  for (const [use, scheme] of Object.entries(schemes))
    if (ports[use]) urls[use] = `${scheme}://${host}:${ports[use].port}`
  if (udpPort !== undefined) urls['udp'] = `udp://${host}:${udpPort}`
  return urls
}

function readyOf(config: Config, urls: Record<string, string>, supervisor: Supervisor): Ready {
  const serial = config.serial.map((port) => port.path)
  return { ...urls, ...(serial.length > 0 ? { serial } : {}), pids: { main: process.pid, ...supervisor.pids() } }
}

function startCity(
  config: Config,
  demo: { dir: string; token: string },
  ingest: string | undefined,
  log: Log,
): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(root, 'src/demo-city.ts')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  const { bays, seed, speed } = config.demo
  const settings: DemoCitySettings = {
    store: storeUrl(config, demo.dir),
    ingest: ingest as string,
    token: demo.token,
    bays,
    seed,
    speed,
    log: config.log,
  }
  child.send(settings)
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
    city.once('message', () => resolve())
    city.once('exit', () => resolve())
  })
}

interface BannerFacts {
  readonly config: Config
  readonly urls: Record<string, string>
  readonly ports: Ports
  readonly demo: boolean
  readonly secret: string
  readonly ms: number
  readonly unbuilt: string | undefined
  readonly waiting: readonly string[]
  readonly file: string | undefined
}

function banner({ config, urls, ports, demo, secret, ms, unbuilt, waiting, file }: BannerFacts): string {
  const lines: [string, string][] = []
  if (urls['web']) {
    lines.push(['Page', `${urls['web']}/`])
    lines.push(['Desk', `${urls['web']}/setup?key=${secret}  (one-time link, 1 h)`])
    lines.push(['API', `${urls['web']}/docs`])
  }
  if (urls['ingest']) lines.push(['HTTP', `${urls['ingest']}/ingest/v1`])
  for (const use of ['mqtt', 'tcp', 'udp']) if (urls[use]) lines.push([use.toUpperCase(), urls[use]])
  for (const { path: device } of config.serial) lines.push(['Serial', device])
  for (const { url } of config.brokers) lines.push(['Broker', url.replace(/\/\/[^@/]*@/, '//***@')])
  lines.push(['Data', config.data])
  if (file) lines.push(['Config', file])
  const moved = Object.entries(ports).flatMap(([use, { movedFrom, port }]) =>
    movedFrom ? [`port ${movedFrom} is taken; ${use} moved to ${port}`] : [],
  )
  return [
    '',
    `  ${styleText('bold', 'Baykeeper')} ${version}  ready in ${Math.round(ms)} ms`,
    '',
    ...lines.map(([name, value]) => `  ${styleText('dim', name.padEnd(7))} ${value}`),
    '',
    ...(demo
      ? [`  ${styleText('yellow', 'Simulated city')}: it ends by itself with the first token, source or real reading.`]
      : []),
    ...(demo ? ['  Connect your own sensor:  ./bin/baykeeper token create --source my-gateway'] : []),
    ...moved.map((line) => `  ! ${line}`),
    ...weakEnvironment().map((line) => `  ! ${line} before anything but this machine can reach it`),
    ...(unbuilt ? [`  ! ${unbuilt}`] : []),
    ...(waiting.length > 0
      ? [`  ! ${waiting.join(' and ')} wait for the database; readings are taken in and kept safe meanwhile`]
      : []),
    '',
  ].join('\n')
}
