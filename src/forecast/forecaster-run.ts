/**
 * The process of the forecaster, started again whenever it exits.
 *
 *   down ──start──▶ starting ──answer──▶ up
 *     ▲                │                  │
 *     └──────exit──────┴───────exit───────┘
 *
 * - down: no process runs. One is started after a delay that grows with each exit in a row without an answer.
 * - starting: the process was spawned, and has not answered yet: it compiles its network first.
 * - up: it has answered.
 *
 * What a process does that is no longer the one of the state changes nothing. With the signal nothing is started any more.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { ForecasterStateName } from '@baykeeper/contract/vocabulary.ts'
import type { Log } from '../lib/log.ts'
import { type RetrySchedule, retryDelayMs } from '../lib/retry.ts'
import type { Questions } from './forecaster-questions.ts'
import { lowerPriority } from './process-priority.ts'
import type { Weights } from './weights.ts'

export interface RunDeps {
  readonly log: Log
  readonly signal: AbortSignal
  /** The weights to start with; `canUseOwn` is false once a process with them has exited before its first answer. */
  weights(canUseOwn: boolean): Weights | undefined
  onState(state: ForecasterState): void
  /** The process to start; another one in tests. */
  readonly main?: string
}

export interface ForecasterState {
  readonly state: Exclude<ForecasterStateName, 'off'>
  /** One sentence. */
  readonly detail: string
}

export interface ForecasterRun {
  readonly child: ChildProcess | undefined
  readonly weights: Weights | undefined
  /** Changes when another process answers. */
  readonly generation: number
  readonly isUp: boolean
  start(): void
  /** Ends the process, which is then started again. `why`: where it gives no reason itself. */
  kill(why?: string): void
  /** Starts another process at once, with the weights that are there now. */
  renew(): void
}

/** `falls`: exits in a row without an answer. */
type RunState =
  | { readonly is: 'down'; readonly falls: number }
  | { readonly is: 'starting'; readonly child: ChildProcess; readonly falls: number }
  | { readonly is: 'up'; readonly child: ChildProcess }

const mainFile = path.join(import.meta.dirname, '../../forecaster/main.ts')
/** Everything that takes readings comes first. */
const niceness = 10
/** Pages ask nothing of this process, so that it may take its time to come back. */
const schedule: RetrySchedule = { firstMs: 500, capMs: 60_000 }
/** Small young heaps, as for the other processes: garbage of large messages piles up otherwise. */
const heapFlags = ['--max-old-space-size=384', '--max-semi-space-size=4', '--heap-growing-percent=25']
/** Falls before an answer until the shipped weights are tried instead of those trained here. */
const ownFallsMax = 2
const wordsKept = 600

export function createForecasterRun(deps: RunDeps, questions: Questions): ForecasterRun {
  const { log, signal, onState } = deps
  let state: RunState = { is: 'down', falls: 0 }
  let weights: Weights | undefined
  let generation = 0
  let lastWords = ''
  const running = () => (state.is === 'down' ? undefined : state.child)

  function start() {
    if (signal.aborted || state.is !== 'down') return
    const { falls } = state
    weights = deps.weights(falls < ownFallsMax)
    if (!weights) return down('there are no weights to serve', falls)
    generation++
    lastWords = ''
    const child = spawnServing(deps.main ?? mainFile, weights.file)
    state = { is: 'starting', child, falls }
    onState({ state: 'starting', detail: 'The forecaster is starting.' })
    child.once('error', (fault) => ended(child, fault.message))
    child.once('exit', (code, killed) => ended(child, killed ?? `exit ${code}`))
    child.stderr.on('data', (bytes: Buffer) => {
      lastWords = (lastWords + bytes.toString()).slice(-wordsKept)
    })
    createInterface({ input: child.stdout }).on('line', (line) => answered(child, line))
  }

  function answered(child: ChildProcess, line: string) {
    if (running() !== child) return
    if (!questions.answer(line)) return void child.kill('SIGKILL')
    if (state.is === 'starting') onState({ state: 'up', detail: `The forecaster is ready with ${weights?.name}.` })
    state = { is: 'up', child }
  }

  function ended(child: ChildProcess, why: string) {
    if (running() !== child) return
    assert(state.is !== 'down')
    const falls = state.is === 'starting' ? state.falls : 0
    state = { is: 'down', falls }
    questions.abandon(`the forecaster exited (${why})`)
    if (signal.aborted) return
    const lastLine = lastWords.trim().split('\n').at(-1)
    down(lastLine ? `${why}: ${lastLine}` : why, falls)
  }

  function down(why: string, falls: number) {
    const inMs = Math.round(retryDelayMs(falls, schedule))
    state = { is: 'down', falls: falls + 1 }
    log.warn('the forecaster exited and will be restarted; nothing else depends on it', { why, inMs })
    onState({ state: 'down', detail: `The forecaster exited (${why.slice(0, 200)}) and will be restarted.` })
    setTimeout(start, inMs).unref()
  }

  return {
    get child() {
      return running()
    },
    get weights() {
      return weights
    },
    get generation() {
      return generation
    },
    get isUp() {
      return state.is === 'up'
    },
    start,
    kill(why) {
      lastWords = why ?? lastWords
      running()?.kill('SIGKILL')
    },
    renew() {
      const old = running()
      state = { is: 'down', falls: 0 }
      // A waiting caller asks again: the answer would come from other weights.
      questions.abandon('the forecaster gets other weights')
      old?.kill('SIGTERM')
      start()
    },
  }
}

function spawnServing(main: string, weightsFile: string) {
  const args = ['--disable-warning=ExperimentalWarning', ...heapFlags, main, 'serve', '--weights', weightsFile]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.once('spawn', () => lowerPriority(child.pid, niceness))
  // A process that has ended takes no question; its exit rejects those that wait.
  child.stdin.on('error', () => {})
  return child
}
