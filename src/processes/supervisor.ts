/**
 * `main` at work: holds the listening sockets, starts the children, restarts one that falls (worker.ts), passes small messages between
 * them and ends all of them. It handles no data.
 *
 * The sockets are bound here and never listened on here: a child listens on the descriptor it inherits, and while it is away the
 * kernel keeps queueing connections, so that a restart of intake refuses none.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { unreachable } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isForPerson } from '../store/store.ts'
import type { ChildSettings, ForecasterSaid, Listeners, PublishAnswer, Role, ToChild, ToMain } from './messages.ts'
import { roles } from './messages.ts'
import { createProgressWatch } from './progress-watch.ts'
import { createPublications } from './publications.ts'
import { leaseHeld } from './server-lease.ts'
import { createWorker, type Worker, WorkerFailed } from './worker.ts'

export interface SupervisorOptions {
  readonly settings: Omit<ChildSettings, 'role' | 'listeners' | 'udpPorts' | 'fence'>
  /** Descriptors of bound sockets, by use. */
  readonly listeners: Listeners
  /** By the key of the source. */
  readonly udpPorts: Readonly<Record<string, number>>
  readonly log: Log
  /** A process was spawned; called before anything else happens to it. */
  onSpawn?(role: string, pid: number): void
  /** A child has become ready for the first time or again: pids and addresses may have changed. */
  onChange?(): void
  /** A child that has never been ready needs a person: another server works on the database, or it does not let this one in. */
  onRefused?(fault: WorkerFailed): void
  /** Something real has arrived while the city was simulated. */
  onRealData?(): void
}

export interface Supervisor {
  /**
   * Resolves when intake takes readings and the others are ready too, or have waited for the database long enough: they go on
   * waiting. Rejects when a child reports that it cannot work at all. Returns the roles that are not ready.
   */
  start(): Promise<readonly Role[]>
  pids(): Partial<Record<Role | 'forecaster' | 'training', number>>
  /** It has been ready once: its sockets listen, and the kernel queues connections while it is away. */
  hasListened(role: Role): boolean
  /** Journals a change of the simulated city. */
  publishDemo(record: Uint8Array): Promise<PublishAnswer>
  /** As intake has bound them, by the key of the source. */
  udpPorts(): Readonly<Record<string, number>>
  /** Leaves demo mode: processor and web start again on the real data; intake goes on without a pause. */
  endDemo(): Promise<void>
  stop(): Promise<void>
}

/** Processor and web wait for a database that is away; the server starts without it, because intake does not need it. */
const othersMsMax = 6_000
/** Children get this long to leave before they are killed; SIGTERM leaves within 10 s in all. */
const leaveMsMax = 8_500
/** Figures come every second. */
const silentAfterMs = 15_000

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

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { log } = options
  let settings = options.settings
  let { udpPorts } = options
  /** As intake has bound them: a port that is only configured is not announced. */
  let boundUdpPorts: Readonly<Record<string, number>> = {}
  let fence = 0
  let wakeAbove: number | undefined
  let intakeFigures: Extract<ToMain, { type: 'intake' }> | undefined
  let processorFigures: Extract<ToMain, { type: 'processor' }> | undefined
  const forecasting = settings.config.forecast.enabled
  let forecaster: ForecasterSaid = forecasting
    ? { state: 'starting', detail: 'The forecasts have not begun.' }
    : { state: 'off', detail: 'Forecasts are switched off in the configuration.' }
  let forecastPids: Partial<Record<'forecaster' | 'training', number>> = {}
  const listened = new Set<Role>()
  const workers = new Map<Role, Worker>(
    roles
      .filter((role) => role !== 'web' || options.listeners.web !== undefined)
      .filter((role) => role !== 'forecasts' || forecasting)
      .map((role) => [role, workerOf(role)]),
  )
  const isReady = (role: Role) => workers.get(role)?.state.is === 'ready'
  const send = (role: Role, message: ToChild) => workers.get(role)?.send(message)
  const progress = createProgressWatch(systemClock)
  /** When the last figures came from a process that sends some and is ready. */
  const figuresAt = new Map<Role, number>()
  const isSilent = (role: Role) =>
    isReady(role) && performance.now() - (figuresAt.get(role) ?? Number.POSITIVE_INFINITY) > silentAfterMs

  const publications = createPublications((request, lane, record) => {
    if (!isReady('intake')) return false
    send('intake', { type: 'publish', request, lane, record })
    return true
  })
  async function publishFor(role: Role, { request, record }: Extract<ToMain, { type: 'publish' }>) {
    const asking = workers.get(role)?.pid
    const answer = await publications.publish('real', record)
    if (workers.get(role)?.pid === asking) send(role, { type: 'publish-answer', request, answer })
  }

  function workerOf(role: Role): Worker {
    return createWorker({
      ...{ role, log, leaveMsMax },
      spawn: () => spawnRole(role),
      onSpawn: (pid) => options.onSpawn?.(role, pid),
      onMessage: (message) => receive(role, message),
      onExit() {
        figuresAt.delete(role)
        if (role === 'intake') publications.intakeEnded()
        if (role !== 'forecasts') return
        forecaster = { state: 'down', detail: 'The forecasts ended and are started again.' }
        forecastPids = {}
      },
    })
  }

  function spawnRole(role: Role): ChildProcess {
    const all = options.listeners
    const fds = role === 'web' ? { web: all.web } : role === 'intake' ? { ...all, web: undefined } : {}
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
    const start: ToChild = { type: 'start', settings: { ...settings, role, listeners, udpPorts, fence } }
    child.send(start, undefined, undefined, () => {})
    return child
  }

  function receive(role: Role, message: ToMain) {
    switch (message.type) {
      case 'ready':
        listened.add(role)
        if (role === 'intake') boundUdpPorts = message.udpPorts ?? {}
        udpPorts = { ...udpPorts, ...message.udpPorts }
        if (message.fence !== undefined) fence = message.fence
        if (role === 'intake' && wakeAbove !== undefined) send('intake', { type: 'want', beyond: wakeAbove })
        share()
        options.onChange?.()
        break
      case 'failed':
        // A server that never had the database leaves it; one that lost it goes on accepting.
        if (!listened.has(role) && (message.code === leaseHeld || isForPerson(message.fault)))
          options.onRefused?.(new WorkerFailed(message.message, message.fault))
        break
      case 'intake':
        intakeFigures = message
        figuresAt.set(role, performance.now())
        progress.tail(message.figures.tail.lastRecord)
        share()
        break
      case 'processor':
        processorFigures = message
        figuresAt.set(role, performance.now())
        share()
        break
      case 'want':
        wakeAbove = message.beyond
        send('intake', { type: 'want', beyond: message.beyond })
        break
      case 'durable':
        wakeAbove = undefined
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
        for (const [name, process] of Object.entries(forecastPids)) options.onSpawn?.(name, process)
        options.onChange?.()
        break
      }
      case 'real-data':
        options.onRealData?.()
        break
      case 'publish':
        void publishFor(role, message)
        break
      case 'published':
        publications.answered(message.request, message.answer)
        break
      default:
        unreachable(message)
    }
  }

  const share = () => {
    const figures: ToChild = {
      type: 'figures',
      intake: isReady('intake') ? intakeFigures?.figures : undefined,
      processor: isReady('processor') ? processorFigures : undefined,
      alive: roles.filter(isReady),
      silent: roles.filter(isSilent),
      standstill: progress.standstill(),
      forecaster,
    }
    send('web', figures)
    send('forecasts', figures)
  }
  const sharing = setInterval(share, 1_000)

  return {
    async start() {
      // The processor reads the journal that intake makes; the pages come up meanwhile.
      const intake = workers.get('intake')
      intake?.launch()
      workers.get('web')?.launch()
      await intake?.ready()
      workers.get('processor')?.launch()
      const needed = [...workers].filter(([role]) => role !== 'forecasts')
      await Promise.race([
        Promise.all(needed.map(([, worker]) => worker.ready())),
        sleep(othersMsMax, undefined, { ref: false }),
      ])
      // Nothing waits for forecasts, and they begin when everything else has.
      workers.get('forecasts')?.launch()
      return needed.flatMap(([role]) => (isReady(role) ? [] : [role]))
    },
    pids: () => ({
      ...Object.fromEntries([...workers].flatMap(([role, { pid }]) => (pid ? [[role, pid]] : []))),
      ...forecastPids,
    }),
    hasListened: (role) => listened.has(role),
    publishDemo: (record) => publications.publish('demo', record),
    udpPorts: () => boundUdpPorts,
    async endDemo() {
      if (!settings.demo) return
      settings = { ...settings, demo: undefined }
      wakeAbove = undefined
      processorFigures = undefined
      progress.reset()
      send('intake', { type: 'demo-over' })
      await Promise.all((['processor', 'web', 'forecasts'] as const).map((role) => workers.get(role)?.renew()))
    },
    async stop() {
      clearInterval(sharing)
      await Promise.all([...workers.values()].map((worker) => worker.stop()))
    },
  }
}
