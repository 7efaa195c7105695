/**
 * `main` at work: holds the listening sockets, starts the children, restarts one that falls, passes small messages between them and
 * ends all of them. It handles no data.
 *
 * The sockets are bound here and never listened on here: a child listens on the descriptor it inherits, and while it is away the
 * kernel keeps queueing connections, so that a restart of intake refuses none.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { unreachable } from './lib/brand.ts'
import { systemClock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { retryDelayMs } from './lib/retry.ts'
import type { ChildSettings, ForecasterSaid, Listeners, Role, ToChild, ToMain } from './messages.ts'
import { roles } from './messages.ts'
import { createProgressWatch } from './progress-watch.ts'

export interface SupervisorOptions {
  readonly settings: Omit<ChildSettings, 'role' | 'listeners' | 'udpPort' | 'fence'>
  /** Descriptors of bound sockets, by use. */
  readonly listeners: Listeners
  readonly udpPort: number | 'off'
  readonly log: Log
  /** A child has become ready for the first time or again: the pids may have changed. */
  onChange?(): void
  /** Something real has arrived while the city was simulated. */
  onRealData?(): void
}

export interface Supervisor {
  /**
   * Resolves when intake takes readings and the others are ready too, or have waited for the database long enough: they go on
   * waiting. Rejects when a child says that it cannot work at all. Returns the roles that are not ready.
   */
  start(): Promise<readonly Role[]>
  pids(): Partial<Record<Role | 'forecaster' | 'training', number>>
  udpPort(): number | undefined
  /** Leaves demo mode: processor and web start again on the real data; intake goes on without a pause. */
  endDemo(): Promise<void>
  stop(): Promise<void>
}

/** A child that has run this long was healthy: its next fall starts the schedule anew. */
const healthyMs = 30_000
/** Processor and web wait for a database that is away; the server starts without it, because intake does not need it. */
const othersMsMax = 6_000
/** Children get this long to leave before they are killed; SIGTERM leaves within 10 s in all. */
const stopMsMax = 8_500

/**
 * On a machine with much memory V8 lets garbage pile up: flat out the processor took 490 MB, of which most was not used any more. Small young
 * heaps (MiB, by what each process keeps between two turns) and growing in small steps take 380 to 440 MB for all processes together, at the
 * same rate. The processor's batches come and go whole: small steps would only have it look through its heap twice as often.
 */
const youngMiB: Record<Role, number> = { intake: 4, processor: 8, web: 4, forecasts: 4 }
const heapFlags = (role: Role) => [
  `--max-semi-space-size=${youngMiB[role]}`,
  ...(role === 'processor' ? [] : ['--heap-growing-percent=25']),
]

interface Kid {
  readonly role: Role
  process: ChildProcess | undefined
  ready: boolean
  falls: number
  startedAt: number
  /** When its last figures came; undefined for a process that sends none, or has sent none since it is ready. */
  figuresAt: number | undefined
  settled: { promise: Promise<void>; resolve: () => void; reject: (fault: Error) => void }
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { log } = options
  let settings = options.settings
  let stopping = false
  let udpPort = options.udpPort
  let fence = 0
  let want: number | undefined
  let intakeFigures: Extract<ToMain, { type: 'intake' }> | undefined
  let processorFigures: Extract<ToMain, { type: 'processor' }> | undefined
  const forecasting = settings.config.forecast.enabled
  let forecaster: ForecasterSaid = forecasting
    ? { state: 'starting', detail: 'The forecasts have not begun.' }
    : { state: 'off', detail: 'Forecasts are switched off in the configuration.' }
  let forecastPids: Partial<Record<'forecaster' | 'training', number>> = {}
  const kids = new Map<Role, Kid>(
    roles
      .filter((role) => role !== 'web' || options.listeners.web !== undefined)
      .filter((role) => role !== 'forecasts' || forecasting)
      .map((role) => [
        role,
        { role, process: undefined, ready: false, falls: 0, startedAt: 0, figuresAt: undefined, settled: settled() },
      ]),
  )
  const kidOf = (role: Role) => kids.get(role)
  const progress = createProgressWatch(systemClock)
  const send = (role: Role, message: ToChild) => {
    const child = kidOf(role)?.process
    if (child?.connected) child.send(message, undefined, undefined, () => {})
  }

  function launch(kid: Kid) {
    const { role } = kid
    const fds =
      role === 'web'
        ? { web: options.listeners.web }
        : role === 'intake'
          ? { ...options.listeners, web: undefined }
          : {}
    const inherited: number[] = []
    const listeners: Record<string, number> = {}
    for (const [use, fd] of Object.entries(fds))
      if (fd !== undefined) {
        listeners[use] = 4 + inherited.length
        inherited.push(fd)
      }
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ...heapFlags(role), path.join(import.meta.dirname, `${role}.ts`)],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...inherited],
        serialization: 'advanced',
      },
    )
    kid.process = child
    kid.ready = false
    kid.figuresAt = undefined
    kid.startedAt = performance.now()
    child.on('error', (fault) => log.error(`${role} could not be started`, { error: fault }))
    child.on('message', (message: ToMain) => {
      // A child that was replaced has nothing more to say: its positions may belong to another journal.
      if (kid.process === child) receive(kid, message)
    })
    child.on('exit', (code, signal) => fell(kid, child, code, signal))
    send(role, { type: 'start', settings: { ...settings, role, listeners, udpPort, fence } })
  }

  function receive(kid: Kid, message: ToMain) {
    switch (message.type) {
      case 'ready':
        kid.ready = true
        if (message.udpPort !== undefined) udpPort = message.udpPort
        if (message.fence !== undefined) fence = message.fence
        if (kid.role === 'intake' && want !== undefined) send('intake', { type: 'want', beyond: want })
        kid.settled.resolve()
        share()
        options.onChange?.()
        break
      case 'failed':
        kid.settled.reject(new Error(`${kid.role}: ${message.message}`))
        break
      case 'intake':
        intakeFigures = message
        kid.figuresAt = performance.now()
        progress.tail(message.figures.tail.lastRecord)
        share()
        break
      case 'processor':
        processorFigures = message
        kid.figuresAt = performance.now()
        share()
        break
      case 'want':
        want = message.beyond
        send('intake', { type: 'want', beyond: message.beyond })
        break
      case 'durable':
        want = undefined
        send('processor', { type: 'durable', record: message.record })
        break
      case 'committed':
        progress.committed(message.position)
        send('intake', { type: 'released', position: message.position, held: message.copied })
        break
      case 'forecaster':
        forecaster = { state: message.state, detail: message.detail }
        share()
        break
      case 'issued':
        send('web', message)
        break
      case 'forecast-pids': {
        const { forecaster: pid, training } = message
        forecastPids = { ...(pid ? { forecaster: pid } : {}), ...(training ? { training } : {}) }
        options.onChange?.()
        break
      }
      case 'real-data':
        options.onRealData?.()
        break
      default:
        unreachable(message)
    }
  }

  const share = () => {
    const figures: ToChild = {
      type: 'figures',
      intake: kidOf('intake')?.ready ? intakeFigures?.figures : undefined,
      processor: kidOf('processor')?.ready ? processorFigures : undefined,
      alive: roles.filter((role) => kidOf(role)?.ready),
      silent: roles.filter((role) => isSilent(kidOf(role))),
      standstill: progress.standstill(),
      forecaster,
    }
    send('web', figures)
    send('forecasts', figures)
  }
  const sharing = setInterval(share, 1_000)

  function fell(kid: Kid, child: ChildProcess, code: number | null, signal: NodeJS.Signals | null) {
    if (kid.process !== child) return
    kid.process = undefined
    kid.ready = false
    if (kid.role === 'forecasts') {
      forecaster = { state: 'down', detail: 'The forecasts ended and are started again.' }
      forecastPids = {}
    }
    if (stopping) return
    kid.falls = performance.now() - kid.startedAt > healthyMs ? 0 : kid.falls + 1
    const delayMs = kid.falls <= 1 ? 0 : retryDelayMs(kid.falls - 2)
    log.warn(`${kid.role} ended and is started again; nothing acknowledged is lost`, {
      code,
      signal,
      inMs: Math.round(delayMs),
    })
    kid.settled.reject(new Error(`${kid.role} ended (${signal ?? `exit ${code}`}) before it was ready`))
    setTimeout(() => {
      if (!stopping && !kid.process) launch(kid)
    }, delayMs)
  }

  async function end(role: Role, child: ChildProcess | undefined): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.send({ type: 'stop' } satisfies ToChild, undefined, undefined, () => {})
    await Promise.race([gone, sleep(stopMsMax, undefined, { ref: false })])
    if (child.exitCode === null && child.signalCode === null) {
      log.warn(`${role} did not leave in time and is ended by force`)
      child.kill('SIGKILL')
      await gone
    }
  }

  return {
    async start() {
      // The processor reads the journal that intake makes; the pages come up meanwhile.
      const [intake, processor, web] = roles.map(kidOf)
      for (const kid of [intake, web]) if (kid) launch(kid)
      await intake?.settled.promise
      if (processor) launch(processor)
      const needed = [...kids.values()].filter(({ role }) => role !== 'forecasts')
      await Promise.race([
        Promise.all(needed.map((kid) => kid.settled.promise)),
        sleep(othersMsMax, undefined, { ref: false }),
      ])
      // Nobody waits for forecasts, and they begin when everything else has.
      const last = kidOf('forecasts')
      if (last) launch(last)
      return needed.flatMap((kid) => (kid.ready ? [] : [kid.role]))
    },
    pids: () => ({
      ...Object.fromEntries(
        [...kids.values()].flatMap(({ role, process: child }) => (child?.pid ? [[role, child.pid]] : [])),
      ),
      ...forecastPids,
    }),
    udpPort: () => (udpPort === 'off' ? undefined : udpPort),
    async endDemo() {
      if (!settings.demo) return
      settings = { ...settings, demo: undefined }
      want = undefined
      processorFigures = undefined
      progress.reset()
      send('intake', { type: 'demo-over' })
      await Promise.all(
        (['processor', 'web', 'forecasts'] as const).map(async (role) => {
          const kid = kidOf(role)
          if (!kid) return
          const child = kid.process
          kid.process = undefined
          await end(role, child)
          kid.settled = settled()
          if (!stopping) launch(kid)
          await kid.settled.promise
        }),
      )
    },
    async stop() {
      stopping = true
      clearInterval(sharing)
      await Promise.all([...kids.values()].map((kid) => end(kid.role, kid.process)))
    },
  }
}

/** Figures come every second. */
const silentAfterMs = 15_000

const isSilent = (kid: Kid | undefined) =>
  kid?.ready === true && kid.figuresAt !== undefined && performance.now() - kid.figuresAt > silentAfterMs

function settled(): Kid['settled'] {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => {})
  return { promise, resolve, reject }
}
