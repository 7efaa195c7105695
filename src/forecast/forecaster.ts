/**
 * The forecaster as this side sees it: a process that answers questions, one at a time, and may be missing, fall, hang or eat memory at any
 * time. Each of these ends it and starts it again by the retry schedule; who asked gets a rejection and asks again with the next forecast.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import {
  type ForecastAnswer,
  type ForecastRequest,
  forecastAnswerSchema,
  forecasterRefusalSchema,
  type RememberRequest,
  rememberedSchema,
  type Scoreboard,
  type ScoreRequest,
  scoreboardSchema,
} from '@baykeeper/contract/forecast.ts'
import type { ForecasterStateName } from '@baykeeper/contract/vocabulary.ts'
import type { Log } from '../lib/log.ts'
import { type RetrySchedule, retryDelayMs } from '../lib/retry.ts'
import { lowerPriority } from './process-priority.ts'
import type { Weights } from './weights.ts'

export interface ForecasterDeps {
  readonly log: Log
  readonly signal: AbortSignal
  /** The weights to start with; `canUseOwn` is false once a process with them has exited before its first answer. */
  weights(canUseOwn: boolean): Weights | undefined
  onState(state: ForecasterState): void
  /** The process to start; another one in tests. */
  readonly main?: string
  readonly deadlines?: Partial<Deadlines>
}

export interface ForecasterState {
  readonly state: Exclude<ForecasterStateName, 'off'>
  /** One sentence. */
  readonly detail: string
}

interface Deadlines {
  /** A process that was just started compiles its network first. */
  readonly firstMs: number
  readonly laterMs: number
}

export interface Forecaster {
  /** Rejects when there is no answer: the process is not running, exited, timed out or refused. */
  forecast(request: Omit<ForecastRequest, 'id' | 'type'>): Promise<ForecastAnswer>
  remember(request: Omit<RememberRequest, 'id' | 'type'>): Promise<void>
  score(request: Omit<ScoreRequest, 'id' | 'type'>): Promise<Scoreboard>
  /** Changes when another process answers: it remembers nothing. */
  readonly generation: number
  readonly weights: Weights | undefined
  readonly pid: number | undefined
  /** Starts again, with the weights that are there now. */
  renew(): void
}

const mainFile = path.join(import.meta.dirname, '../../forecaster/main.ts')
/** Everything that takes readings comes first. */
const niceness = 10
const usualDeadlines: Deadlines = { firstMs: 180_000, laterMs: 120_000 }
/** Pages ask nothing of this process, so that it may take its time to come back. */
const schedule: RetrySchedule = { firstMs: 500, capMs: 60_000 }
/** Small young heaps, as for the other processes: garbage of large messages piles up otherwise. */
const heapFlags = ['--max-old-space-size=384', '--max-semi-space-size=4', '--heap-growing-percent=25']
/** Twice what is measured with 500 lots. */
const memoryBytesMax = 800 * 1_048_576
const memoryLookMs = 5_000
/** Falls before an answer until the shipped weights are tried instead of those trained here. */
const ownFallsMax = 2
const wordsKept = 600

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (fault: Error) => void
}

export function createForecaster(deps: ForecasterDeps): Forecaster {
  const { log, signal, onState } = deps
  const deadlines = { ...usualDeadlines, ...deps.deadlines }
  const waiting = new Map<string, Waiting>()
  let child: ChildProcess | undefined
  let weights: Weights | undefined
  let generation = 0
  let falls = 0
  let answers = 0
  let asked = 0
  let lastWords = ''
  let queue: Promise<unknown> = Promise.resolve()

  function start() {
    if (signal.aborted || child) return
    weights = deps.weights(falls < ownFallsMax)
    if (!weights) {
      onExit('there are no weights to serve')
      return
    }
    generation++
    answers = 0
    lastWords = ''
    const args = [...heapFlags, deps.main ?? mainFile, 'serve', '--weights', weights.file]
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child = started
    onState({ state: 'starting', detail: 'The forecaster is starting.' })
    started.once('spawn', () => lowerPriority(started.pid, niceness))
    started.once('error', (fault) => ended(started, fault.message))
    started.once('exit', (code, killed) => ended(started, killed ?? `exit ${code}`))
    started.stdin.on('error', () => {})
    started.stderr.on('data', (bytes: Buffer) => {
      lastWords = (lastWords + bytes.toString()).slice(-wordsKept)
    })
    createInterface({ input: started.stdout }).on('line', answered)
  }

  function answered(line: string) {
    let answer: { id?: unknown }
    try {
      answer = JSON.parse(line)
    } catch {
      child?.kill('SIGKILL')
      return
    }
    const one = typeof answer.id === 'string' ? waiting.get(answer.id) : undefined
    if (typeof answer.id === 'string') waiting.delete(answer.id)
    if (answers++ === 0) onState({ state: 'up', detail: `The forecaster is ready with ${weights?.name}.` })
    falls = 0
    one?.resolve(answer)
  }

  function ended(which: ChildProcess, why: string) {
    if (child !== which) return
    child = undefined
    for (const one of waiting.values()) one.reject(new Error(`the forecaster exited (${why})`))
    waiting.clear()
    if (signal.aborted) return
    const lastLine = lastWords.trim().split('\n').at(-1)
    onExit(lastLine ? `${why}: ${lastLine}` : why)
  }

  function onExit(why: string) {
    const inMs = Math.round(retryDelayMs(falls, schedule))
    falls++
    log.warn('the forecaster exited and will be restarted; nothing else depends on it', { why, inMs })
    onState({ state: 'down', detail: `The forecaster exited (${why.slice(0, 200)}) and will be restarted.` })
    setTimeout(start, inMs).unref()
  }

  async function ask(message: object): Promise<unknown> {
    const running = child
    if (!running?.stdin?.writable) throw new Error('the forecaster does not run')
    const id = String(++asked)
    const limitMs = answers === 0 ? deadlines.firstMs : deadlines.laterMs
    const timer = setTimeout(() => {
      lastWords = `no answer within ${Math.round(limitMs / 1_000)} s`
      running.kill('SIGKILL')
    }, limitMs)
    try {
      return await new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        running.stdin?.write(`${JSON.stringify({ ...message, id })}\n`)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  /** One at a time, so that a deadline is of one question. */
  function inTurn(message: object): Promise<unknown> {
    const turn = queue.then(() => ask(message))
    // The caller gets the fault; the queue continues.
    queue = turn.catch(() => {})
    return turn
  }

  const looking = setInterval(() => {
    const bytes = residentBytes(child?.pid)
    if (bytes === undefined || bytes <= memoryBytesMax) return
    lastWords = `it took ${Math.round(bytes / 1_048_576)} MiB of memory`
    child?.kill('SIGKILL')
  }, memoryLookMs)
  looking.unref()
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(looking)
      child?.kill('SIGKILL')
    },
    { once: true },
  )
  start()

  return {
    forecast: async (request) => forecastAnswerSchema.parse(unrefused(await inTurn({ ...request, type: 'forecast' }))),
    async remember(request) {
      rememberedSchema.parse(unrefused(await inTurn({ ...request, type: 'remember' })))
    },
    score: async (request) => scoreboardSchema.parse(unrefused(await inTurn({ ...request, type: 'score' }))),
    get generation() {
      return generation
    },
    get weights() {
      return weights
    },
    get pid() {
      return child?.pid
    },
    renew() {
      const old = child
      child = undefined
      falls = 0
      // A waiting caller asks again: the answer would come from other weights.
      for (const one of waiting.values()) one.reject(new Error('the forecaster gets other weights'))
      waiting.clear()
      old?.kill('SIGTERM')
      start()
    },
  }
}

function unrefused(answer: unknown): unknown {
  const refusal = forecasterRefusalSchema.safeParse(answer)
  if (refusal.success) throw new Error(`the forecaster refused: ${refusal.data.why}`)
  return answer
}

/** Undefined where there is no /proc. */
export function residentBytes(pid: number | undefined): number | undefined {
  try {
    const [, kiB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kiB === undefined ? undefined : Number(kiB) * 1_024
  } catch {
    return undefined
  }
}
