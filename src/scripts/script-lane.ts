/**
 * One thread that runs scripts, job after job, and its end by the wall clock. States: no thread; idle (a thread, no job); working.
 *
 * A call that takes longer than it may is ended with its thread: no limit within the interpreter ends every call. The next call has
 * a new thread. Time is counted in looks, so that a machine that stood still for a while ends nothing.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { type ClockLimits, type Script, type ScriptJob, type ScriptJobDone, scriptLimits } from './script.ts'
import { calls, isLoading } from './script-progress.ts'

const lookEveryMs = 20
/** The interpreter's own memory is outside of the heap. */
const heapMiBMax = 64

const wasEnded = (ms: number): ScriptAnswer => ({
  failed: `it was ended: it did not return within ${ms} ms`,
  ended: true,
})
const wasStopped: ScriptAnswer = {
  failed: 'it did not return again and again, so it was not asked for this frame',
  ended: true,
}

const wasSlow: ScriptAnswer = {
  failed: 'it was ended: it is slower than 200 frames a second',
  ended: true,
}
/** Reports nothing about the script: the machine had no thread for it. */
const wasNotRun = (why: string): ScriptAnswer => ({ failed: `it was not run, as no thread could be started: ${why}` })

/** A machine that is short of threads or memory often has some a moment later. */
const startsMax = 3
const startPauseMs = 200
/** Until a thread has loaded its modules and its interpreter, in looks: a busy machine takes long for it. */
const startMsMax = 60_000
/** Milliseconds of a job, beyond those to load its script once. */
const jobMs = (frames: number) => 2_000 + 5 * frames

export interface ScriptLane {
  /** An answer for each frame, in order; never rejects. One job at a time: the next one waits. */
  run(script: Script, frames: readonly ScriptFrame[]): Promise<readonly ScriptAnswer[]>
  close(): Promise<void>
}

interface Attempt {
  readonly answers: readonly ScriptAnswer[]
  /** Of the frame behind those that were answered and `unheard`. */
  readonly fault?: ScriptAnswer
  /** Frames that were decoded when the thread was ended, and whose answers went with it. */
  readonly unheard?: number
  /** Why no thread could be started. */
  readonly notRun?: string
}

interface Budget {
  /** That are left. */
  ms: number
  /** Nothing of the job was tried yet: to load its script is free once. */
  isFresh: boolean
}

interface Thread {
  readonly worker: Worker
  readonly progress: Int32Array<SharedArrayBuffer>
}

interface Attempts {
  /** Until every frame is answered, a call had to be ended, or the thread broke. */
  attempt(script: Script, frames: readonly ScriptFrame[], budget: Budget): Promise<Attempt>
  close(): Promise<void>
}

/** Ready to run scripts; or why it is not. */
async function startThread(): Promise<Thread | string> {
  const progress = new Int32Array(new SharedArrayBuffer(8))
  const { promise, resolve } = Promise.withResolvers<Thread | string>()
  let worker: Worker
  try {
    worker = new Worker(new URL('./script-thread.ts', import.meta.url), {
      workerData: progress,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heapMiBMax },
    })
  } catch (fault) {
    return String(fault)
  }
  // A later fault of the thread ends it, and its end is seen.
  worker.on('error', (fault) => resolve(String(fault)))
  worker.once('exit', () => resolve('it ended before it was ready'))
  worker.once('message', () => resolve({ worker, progress }))
  let looks = 0
  const watch = setInterval(() => {
    if (++looks * lookEveryMs >= startMsMax) resolve(`it was not ready within ${startMsMax} ms`)
  }, lookEveryMs)
  const thread = await promise
  clearInterval(watch)
  worker.unref()
  if (typeof thread === 'string') await worker.terminate()
  return thread
}

async function startThreadInSomeTries(): Promise<Thread | string> {
  for (let tries = 1; ; tries++) {
    const thread = await startThread()
    if (typeof thread !== 'string' || tries >= startsMax) return thread
    await pause(startPauseMs)
  }
}

/** On one thread after the other. */
function createAttempts(limits: ClockLimits): Attempts {
  let thread: Thread | undefined
  let lastId = 0

  async function attempt(script: Script, frames: readonly ScriptFrame[], budget: Budget): Promise<Attempt> {
    const ready = thread ?? (await startThreadInSomeTries())
    if (typeof ready === 'string') return { answers: [], notRun: ready }
    const { worker, progress } = ready
    if (ready !== thread)
      worker.once('exit', () => {
        if (thread === ready) thread = undefined
      })
    thread = ready
    const job: ScriptJob = { id: ++lastId, script, frames }
    const answers: ScriptAnswer[] = []
    const begun = Atomics.load(progress, calls)
    worker.postMessage(job)
    const { promise, resolve } = Promise.withResolvers<ScriptAnswer | undefined>()
    const onMessage = ({ id, answers: more }: ScriptJobDone) => {
      if (id === job.id) answers.push(...more)
      if (answers.length >= frames.length) resolve(undefined)
    }
    const onGone = () => resolve({ failed: 'it was ended: it broke its thread', ended: true })
    worker.on('message', onMessage).on('exit', onGone).ref()
    const watch = watchCalls({ progress, begun, limits, budget }, resolve)
    const fault = await promise
    clearInterval(watch)
    budget.isFresh = false
    worker.off('message', onMessage).off('exit', onGone).unref()
    if (!fault) return { answers }
    thread = undefined
    await worker.terminate()
    return { answers, fault, unheard: Math.max(0, Atomics.load(progress, calls) - begun - 1 - answers.length) }
  }

  return {
    attempt,
    async close() {
      await thread?.worker.terminate()
      thread = undefined
    },
  }
}

export function createScriptLane(limits: ClockLimits = scriptLimits): ScriptLane {
  const attempts = createAttempts(limits)
  let tail: Promise<unknown> = Promise.resolve()

  async function work(script: Script, frames: readonly ScriptFrame[]): Promise<readonly ScriptAnswer[]> {
    const answers: ScriptAnswer[] = []
    const budget: Budget = { ms: jobMs(frames.length), isFresh: true }
    let endedInRow = 0
    while (answers.length < frames.length && endedInRow < limits.endedInRow && budget.ms > 0) {
      const rest = frames.slice(answers.length)
      const { answers: more, fault, unheard = 0, notRun } = await attempts.attempt(script, rest, budget)
      if (notRun !== undefined) return [...answers, ...rest.map(() => wasNotRun(notRun))]
      answers.push(...more)
      // What was decoded and not handed over is decoded again.
      if (unheard > 0) answers.push(...(await work(script, frames.slice(answers.length, answers.length + unheard))))
      endedInRow = more.length + unheard > 0 ? 0 : endedInRow
      if (fault) {
        endedInRow++
        answers.push(fault)
      }
    }
    while (answers.length < frames.length) answers.push(budget.ms > 0 ? wasStopped : wasSlow)
    return answers
  }

  return {
    run(script, frames) {
      const done = tail.then(() => work(script, frames))
      // A job that fails keeps none behind it from being tried.
      tail = done.catch(() => {})
      return done
    },
    async close() {
      await tail
      await attempts.close()
    },
  }
}

interface Watched {
  readonly progress: Int32Array<SharedArrayBuffer>
  /** Calls before this job. */
  readonly begun: number
  readonly limits: ClockLimits
  readonly budget: Budget
}

/**
 * `onLate` when the same call is seen for as long as it may take, or the job has used up its time. To load the script is free for the first call
 * of a job alone: a script that is loaded again for each frame is slow.
 */
function watchCalls({ progress, begun, limits, budget }: Watched, onLate: (fault: ScriptAnswer) => void) {
  let seen = ''
  let looks = 0
  return setInterval(() => {
    const now = Atomics.load(progress, calls)
    const loads = now === begun || Atomics.load(progress, isLoading) === 1
    looks = `${now} ${loads}` === seen ? looks + 1 : 0
    seen = `${now} ${loads}`
    const ms = loads ? limits.loadMs : limits.callMs
    if (looks * lookEveryMs >= ms) onLate(wasEnded(ms))
    const isFree = now === begun || (loads && budget.isFresh && now === begun + 1)
    if (!isFree) budget.ms -= lookEveryMs
    if (budget.ms <= 0) onLate(wasSlow)
  }, lookEveryMs)
}
