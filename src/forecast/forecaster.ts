/**
 * The forecaster as this side sees it: a process that answers questions, one at a time, and may be missing, fall, hang or eat memory at any
 * time. Each of these ends it and starts it again by the retry schedule; who asked gets a rejection and asks again with the next forecast.
 */
import { readFileSync } from 'node:fs'
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
import { createQuestions } from './forecaster-questions.ts'
import { createForecasterRun, type RunDeps } from './forecaster-run.ts'
import type { Weights } from './weights.ts'

export interface ForecasterDeps extends RunDeps {
  readonly deadlines?: Partial<Deadlines>
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

const usualDeadlines: Deadlines = { firstMs: 180_000, laterMs: 120_000 }
/** Twice what is measured with 500 lots. */
const memoryBytesMax = 800 * 1_048_576
const memoryLookMs = 5_000

export function createForecaster(deps: ForecasterDeps): Forecaster {
  const { firstMs, laterMs } = { ...usualDeadlines, ...deps.deadlines }
  const questions = createQuestions()
  const run = createForecasterRun(deps, questions)
  const looking = setInterval(() => {
    const bytes = residentBytes(run.child?.pid)
    if (bytes !== undefined && bytes > memoryBytesMax)
      run.kill(`it took ${Math.round(bytes / 1_048_576)} MiB of memory`)
  }, memoryLookMs)
  looking.unref()
  const leave = () => {
    clearInterval(looking)
    run.kill()
  }
  deps.signal.addEventListener('abort', leave, { once: true })
  run.start()

  async function ask(message: object): Promise<unknown> {
    const asked = () => ({ into: run.child?.stdin, limitMs: run.isUp ? laterMs : firstMs, onLate: run.kill })
    return unrefused(await questions.ask(message, asked))
  }

  return {
    forecast: async (request) => forecastAnswerSchema.parse(await ask({ ...request, type: 'forecast' })),
    async remember(request) {
      rememberedSchema.parse(await ask({ ...request, type: 'remember' }))
    },
    score: async (request) => scoreboardSchema.parse(await ask({ ...request, type: 'score' })),
    get generation() {
      return run.generation
    },
    get weights() {
      return run.weights
    },
    get pid() {
      return run.child?.pid
    },
    renew: run.renew,
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
    // Without /proc the memory is not known, and not limited from here.
    return undefined
  }
}
