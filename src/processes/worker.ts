/** One child process: launched, launched again when it falls, asked to end and ended by force when it does not. */
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../lib/log.ts'
import type { StoreFault } from '../store/store.ts'
import type { ToChild, ToMain } from './messages.ts'
import { nextState, type WorkerEvent, type WorkerState } from './worker-state.ts'

export interface WorkerOptions {
  readonly role: string
  readonly log: Log
  /** Spawns a new process with a message channel. */
  spawn(): ChildProcess
  /** It was spawned; nothing else has happened yet. */
  onSpawn(pid: number): void
  onMessage(message: ToMain): void
  onExit(): void
  /** How long a child may take to leave before it is ended by force. */
  readonly leaveMsMax: number
}

export interface Worker {
  readonly state: WorkerState
  readonly pid: number | undefined
  launch(): void
  send(message: ToChild): void
  /** Resolves when it is ready; rejects when it ends before, or reports that it cannot work. */
  ready(): Promise<void>
  /** Ends the process and launches another; resolves when that one is ready. */
  renew(): Promise<void>
  /** Resolves when no process is left, and none will be launched. */
  stop(): Promise<void>
}

/** A child reported that it cannot work; `fault`: of the store, where that is why. */
export class WorkerFailed extends Error {
  readonly fault: StoreFault | undefined
  constructor(message: string, fault?: StoreFault) {
    super(message)
    this.fault = fault
  }
}

export function createWorker(options: WorkerOptions): Worker {
  const { role, log } = options
  let state: WorkerState = { is: 'idle' }
  let child: ChildProcess | undefined
  let first = settled()
  const on = (event: WorkerEvent) => {
    state = nextState(state, event)
    return state
  }

  function launch() {
    const before = state
    if (on({ type: 'launch', now: performance.now() }) === before) return
    const spawned = options.spawn()
    child = spawned
    spawned.on('error', (error) => {
      log.error(`${role} could not be started`, { error })
      // Without a process there is no exit event either: it is tried again like one that fell.
      if (spawned.pid === undefined) exited(spawned, null, null)
    })
    spawned.on('message', (message: ToMain) => receive(spawned, message))
    spawned.on('exit', (code, signal) => exited(spawned, code, signal))
    if (spawned.pid !== undefined) options.onSpawn(spawned.pid)
  }

  function receive(from: ChildProcess, message: ToMain) {
    // What a replaced process still sends may belong to another journal.
    if (from !== child || state.is === 'leaving') return
    if (message.type === 'failed') first.reject(new WorkerFailed(`${role}: ${message.message}`, message.fault))
    if (message.type === 'ready') {
      on({ type: 'ready' })
      first.resolve()
    }
    options.onMessage(message)
  }

  function exited(from: ChildProcess, code: number | null, signal: NodeJS.Signals | null) {
    if (from !== child) return
    child = undefined
    const { is } = on({ type: 'exit', now: performance.now() })
    options.onExit()
    first.reject(new WorkerFailed(`${role} ended (${signal ?? `exit ${code}`}) before it was ready`))
    if (is !== 'waiting') return
    const { delayMs } = state as Extract<WorkerState, { is: 'waiting' }>
    log.warn(`${role} ended and is started again; nothing acknowledged is lost`, {
      code,
      signal,
      inMs: Math.round(delayMs),
    })
    setTimeout(launch, delayMs)
  }

  const send = (message: ToChild) => {
    // A child that has ended takes no message; the next one is started with all it needs.
    if (child?.connected) child.send(message, undefined, undefined, () => {})
  }

  async function left(leaver: ChildProcess | undefined, { isStarting }: { readonly isStarting: boolean }) {
    if (!leaver || leaver.exitCode !== null || leaver.signalCode !== null) return
    const gone = new Promise<void>((resolve) => leaver.once('exit', () => resolve()))
    if (leaver.connected) leaver.send({ type: 'stop' } satisfies ToChild, undefined, undefined, () => {})
    // On a busy machine it takes seconds until it reads a message; before it is ready it holds nothing that an orderly end would save.
    if (isStarting) leaver.kill('SIGTERM')
    await Promise.race([gone, sleep(options.leaveMsMax, undefined, { ref: false })])
    if (leaver.exitCode !== null || leaver.signalCode !== null) return
    log.warn(`${role} did not leave in time and is ended by force`)
    leaver.kill('SIGKILL')
    await gone
  }

  return {
    get state() {
      return state
    },
    get pid() {
      return child?.pid
    },
    launch,
    send,
    ready: () => first.promise,
    async renew() {
      const leaver = child
      const isStarting = state.is === 'starting'
      on({ type: 'renew' })
      await left(leaver, { isStarting })
      if (state.is === 'ended') return
      first = settled()
      launch()
      await first.promise
    },
    async stop() {
      const isStarting = state.is === 'starting'
      on({ type: 'stop' })
      await left(child, { isStarting })
    },
  }
}

function settled() {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // It is raced, or awaited later: a rejection before that must not end the process.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
