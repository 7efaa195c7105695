/**
 * `main` at work (its states are in supervisor-state.ts): holds the listening sockets, starts the children, restarts one that falls (worker.ts), passes small messages between
 * them and ends all of them. It handles no data.
 *
 * The sockets are bound here and never listened on here: a child listens on the descriptor it inherits, and while it is away the
 * kernel keeps queueing connections, so that a restart of intake refuses none.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { systemHealth } from '../audit/system-health.ts'
import type { SystemHealth } from '../domain/folds/fold.ts'
import { unreachable } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isForPerson } from '../store/store.ts'
import type { ChildSettings, Listeners, PublishAnswer, Role, ToChild, ToMain } from './messages.ts'
import { besideRoles, roles } from './messages.ts'
import { createPublications, type Publications } from './publications.ts'
import { leaseHeld } from './server-lease.ts'
import { createSharedFigures, type SharedFigures } from './shared-figures.ts'
import { spawnRole } from './spawn-role.ts'
import { nextState, type SupervisorEvent, type SupervisorState } from './supervisor-state.ts'
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
/** What the children have reported so far. */
interface Reported {
  udpPorts: Readonly<Record<string, number>>
  /** As intake has bound them: a port that is only configured is not announced. */
  boundUdpPorts: Readonly<Record<string, number>>
  fence: number
  wakeAbove: number | undefined
  forecastPids: Partial<Record<'forecaster' | 'training', number>>
  forecastMisses: SystemHealth['forecastMisses']
  readonly listened: Set<Role>
}

/** What messages are passed on with. */
interface Parts {
  readonly options: SupervisorOptions
  readonly workers: ReadonlyMap<Role, Worker>
  readonly reported: Reported
  readonly figures: SharedFigures
  readonly publications: Publications
  send(role: Role, message: ToChild): void
  share(): void
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { log, settings } = options
  let state: SupervisorState = { is: 'idle', isDemo: settings.demo !== undefined }
  const on = (event: SupervisorEvent) => {
    state = nextState(state, event)
  }
  const isDemo = () => state.is !== 'stopped' && state.isDemo
  const reported: Reported = {
    ...{ udpPorts: options.udpPorts, boundUdpPorts: {}, fence: 0, wakeAbove: undefined, forecastPids: {} },
    forecastMisses: undefined,
    listened: new Set(),
  }
  const hasForecasts = settings.config.forecast.enabled
  const workers = new Map<Role, Worker>()
  const isReady = (role: Role) => workers.get(role)?.state.is === 'ready'
  const send = (role: Role, message: ToChild) => workers.get(role)?.send(message)
  const figures = createSharedFigures(systemClock, isReady, hasForecasts)
  const publications = createPublications((request, channel, record) => {
    if (!isReady('intake')) return false
    send('intake', { type: 'publish', request, channel, record })
    return true
  })
  const share = () => {
    const message = figures.message()
    send('web', message)
    send('forecasts', message)
    const { forecastMisses } = reported
    const health = { ...systemHealth(message), ...(forecastMisses ? { forecastMisses } : {}) }
    send('intake', { type: 'health', health })
    send('notifier', { type: 'health', health })
  }
  const parts: Parts = { options, workers, reported, figures, publications, send, share }
  const spawn = (role: Role) => {
    const { udpPorts, fence } = reported
    const demo = isDemo() ? settings.demo : undefined
    return spawnRole(role, options.listeners, { ...settings, demo, udpPorts, fence })
  }
  for (const role of roles)
    if (isWanted(role, options))
      workers.set(
        role,
        createWorker({ ...{ role, log, leaveMsMax }, ...workerHooks(parts, role), spawn: () => spawn(role) }),
      )
  const sharing = setInterval(share, 1_000)

  return {
    async start() {
      on('start')
      const late = await launchAll(workers)
      on('started')
      return late
    },
    pids: () => ({
      ...Object.fromEntries([...workers].flatMap(([role, { pid }]) => (pid ? [[role, pid]] : []))),
      ...reported.forecastPids,
    }),
    hasListened: (role) => reported.listened.has(role),
    publishDemo: (record) => publications.publish('demo', record),
    udpPorts: () => reported.boundUdpPorts,
    async endDemo() {
      if (!isDemo()) return
      on('demo-over')
      reported.wakeAbove = undefined
      figures.reset()
      send('intake', { type: 'demo-over' })
      await Promise.all(
        (['processor', 'web', 'forecasts', 'notifier'] as const).map((role) => workers.get(role)?.renew()),
      )
    },
    async stop() {
      on('stop')
      clearInterval(sharing)
      await Promise.all([...workers.values()].map((worker) => worker.stop()))
    },
  }
}

function isWanted(role: Role, { listeners, settings: { config } }: SupervisorOptions): boolean {
  if (role === 'web') return listeners.web !== undefined
  if (role === 'forecasts') return config.forecast.enabled
  return role !== 'notifier' || Object.keys(config.notifications.channels).length > 0
}

/** The roles that are not ready when they have waited long enough. */
async function launchAll(workers: ReadonlyMap<Role, Worker>): Promise<readonly Role[]> {
  // The processor reads the journal that intake makes; the pages come up meanwhile.
  const intake = workers.get('intake')
  intake?.launch()
  workers.get('web')?.launch()
  await intake?.ready()
  workers.get('processor')?.launch()
  const needed = [...workers].filter(([role]) => !besideRoles.includes(role))
  await Promise.race([
    Promise.all(needed.map(([, worker]) => worker.ready())),
    sleep(othersMsMax, undefined, { ref: false }),
  ])
  // Nothing waits for these, and they begin when everything else has.
  for (const role of besideRoles) workers.get(role)?.launch()
  return needed.flatMap(([role, { state }]) => (state.is === 'ready' ? [] : [role]))
}

function workerHooks(parts: Parts, role: Role) {
  const { options, figures, publications, reported } = parts
  return {
    onSpawn: (pid: number) => options.onSpawn?.(role, pid),
    onMessage: (message: ToMain) => receive(parts, role, message),
    onExit() {
      figures.exited(role)
      if (role === 'intake') publications.intakeEnded()
      if (role === 'forecasts') reported.forecastPids = {}
    },
  }
}

function receive(parts: Parts, role: Role, message: ToMain) {
  const { options, workers, reported, figures, publications, send, share } = parts
  switch (message.type) {
    case 'ready':
      return childReady(parts, role, message)
    case 'failed':
      // A server that never had the database leaves it; one that lost it goes on accepting.
      if (!reported.listened.has(role) && (message.code === leaseHeld || isForPerson(message.fault)))
        options.onRefused?.(new WorkerFailed(message.message, message.fault))
      return
    case 'intake':
      figures.intake(message)
      return share()
    case 'processor':
      figures.processor(message)
      return share()
    case 'wake-above':
      reported.wakeAbove = message.beyond
      return send('intake', { type: 'wake-above', beyond: message.beyond })
    case 'durable':
      reported.wakeAbove = undefined
      return send('processor', { type: 'durable', record: message.record })
    case 'committed':
      figures.committed(message.position)
      return send('intake', { type: 'released', position: message.position, held: message.copied })
    case 'missing-numbers':
      return send('intake', message)
    case 'forecaster':
      figures.forecaster({ state: message.state, detail: message.detail })
      return share()
    case 'issued':
      return send('web', message)
    case 'forecast-misses':
      reported.forecastMisses = message.misses
      return
    case 'forecast-pids':
      return forecastPids(parts, message)
    case 'notifier':
      return figures.notifier(message.report)
    case 'notifier-question':
      if (workers.get('notifier')?.state.is === 'ready') return send('notifier', message)
      return send('web', { type: 'notifier-answer', request: message.request, answer: notifierAway })
    case 'notifier-answer':
      return send('web', message)
    case 'real-data':
      return options.onRealData?.()
    case 'publish':
      return void publishFor(parts, role, message)
    case 'published':
      return publications.answered(message.request, message.answer)
    default:
      return unreachable(message)
  }
}

const notifierAway = {
  ok: false,
  message: 'The notifier process does not run; it is started again automatically.',
} as const

function childReady(
  { options, reported, send, share }: Parts,
  role: Role,
  { udpPorts, fence }: Extract<ToMain, { type: 'ready' }>,
) {
  reported.listened.add(role)
  if (role === 'intake') reported.boundUdpPorts = udpPorts ?? {}
  reported.udpPorts = { ...reported.udpPorts, ...udpPorts }
  if (fence !== undefined) reported.fence = fence
  if (role === 'intake' && reported.wakeAbove !== undefined)
    send('intake', { type: 'wake-above', beyond: reported.wakeAbove })
  share()
  options.onChange?.()
}

function forecastPids({ options, reported }: Parts, message: Extract<ToMain, { type: 'forecast-pids' }>) {
  const { forecaster: pid, training } = message
  reported.forecastPids = { ...(pid ? { forecaster: pid } : {}), ...(training ? { training } : {}) }
  for (const [name, process] of Object.entries(reported.forecastPids)) options.onSpawn?.(name, process)
  options.onChange?.()
}

/** The answer goes to the process that asked, not to one that took its place. */
async function publishFor(
  { workers, publications, send }: Parts,
  role: Role,
  { request, lane, record }: Extract<ToMain, { type: 'publish' }>,
) {
  const asking = workers.get(role)?.pid
  const answer = await publications.publish(lane, record)
  if (workers.get(role)?.pid === asking) send(role, { type: 'publish-answer', request, answer })
}
