/**
 * One thread that runs scripts, job after job. States: no thread; idle (a thread, no job); working.
 *
 * A call ends by the steps that it may take, counted within the interpreter, after the same number of them on every machine. The wall clock only
 * watches whether the thread is still there: one that stands still is ended, and its frame is tried again on a new one, with more time.
 * What a machine is too slow for in the end is no finding about the script. Time is counted in looks, so that a machine that stood
 * still for a while ends nothing.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import type { Compiled, ScriptThreadReady, ScriptThreadStart } from './interpreter.ts'
import { type ClockLimits, clockLimits, type Script, type ScriptJob, type ScriptJobDone } from './script.ts'
import { calls, isLoading } from './script-progress.ts'

const lookEveryMs = 20
/** The interpreter's own memory is outside of the heap. */
const heapMiBMax = 64
/** Far more than the interpreter's own limit of its stack needs: which of the two ends a call must not depend on how its code was compiled. */
const stackMiB = 16

const wasNotRun = (why: string): ScriptAnswer => ({ failed: `it was not run, as ${why}`, notRun: true })
const noThread = (why: string) => `no thread could be started: ${why}`

/** A machine that is short of threads or memory often has some a moment later. */
const startsMax = 3
const startPauseMs = 200
/** Until a thread has loaded its modules and its interpreter, in looks: a busy machine takes long for it. */
const startMsMax = 60_000
/** Of the first thread that was ready. */
let compiled: Compiled | undefined

export interface ScriptLane {
  /** An answer for each frame, in order; never rejects. One job at a time: the next one waits. */
  run(script: Script, frames: readonly ScriptFrame[]): Promise<readonly ScriptAnswer[]>
  close(): Promise<void>
}

interface Attempt {
  readonly answers: readonly ScriptAnswer[]
  /** Why the frame behind those that were answered has none: a clause. */
  readonly fault?: string
  /** No thread could be started. */
  readonly isWithoutThread?: true
}

interface Thread {
  readonly worker: Worker
  readonly progress: Int32Array<SharedArrayBuffer>
}

interface Attempts {
  /** Until every frame is answered, or the thread stands still or breaks. */
  attempt(script: Script, frames: readonly ScriptFrame[], patience: number): Promise<Attempt>
  close(): Promise<void>
}

/** Ready to run scripts; or why it is not. */
async function startThread(): Promise<Thread | string> {
  const progress = new Int32Array(new SharedArrayBuffer(8))
  const { promise, resolve } = Promise.withResolvers<Thread | string>()
  let worker: Worker
  try {
    worker = new Worker(new URL('./script-thread.ts', import.meta.url), {
      workerData: { progress, ...(compiled ? { compiled } : {}) } satisfies ScriptThreadStart,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heapMiBMax, stackSizeMb: stackMiB },
    })
  } catch (fault) {
    return String(fault)
  }
  // A later fault of the thread ends it, and its end is seen.
  worker.on('error', (fault) => resolve(String(fault)))
  worker.once('exit', () => resolve('it ended before it was ready'))
  worker.once('message', (ready: ScriptThreadReady) => {
    compiled ??= ready.compiled
    resolve({ worker, progress })
  })
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

  async function attempt(script: Script, frames: readonly ScriptFrame[], patience: number): Promise<Attempt> {
    const ready = thread ?? (await startThreadInSomeTries())
    if (typeof ready === 'string') return { answers: [], fault: noThread(ready), isWithoutThread: true }
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
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    const onMessage = ({ id, answers: more }: ScriptJobDone) => {
      if (id === job.id) answers.push(...more)
      if (answers.length >= frames.length) resolve(undefined)
    }
    const onGone = () => resolve('its thread broke')
    worker.on('message', onMessage).on('exit', onGone).ref()
    const watch = watchCalls({ progress, begun, limits, patience }, resolve)
    const fault = await promise
    clearInterval(watch)
    worker.off('message', onMessage).off('exit', onGone).unref()
    if (fault === undefined) return { answers }
    thread = undefined
    await worker.terminate()
    return { answers, fault }
  }

  return {
    attempt,
    async close() {
      await thread?.worker.terminate()
      thread = undefined
    },
  }
}

export function createScriptLane(limits: ClockLimits = clockLimits): ScriptLane {
  const attempts = createAttempts(limits)
  let tail: Promise<unknown> = Promise.resolve()

  async function work(script: Script, frames: readonly ScriptFrame[]): Promise<readonly ScriptAnswer[]> {
    const answers: ScriptAnswer[] = []
    let tries = 0
    while (answers.length < frames.length) {
      // A frame that a thread stood still at comes alone: those behind it wait for no second thread of theirs.
      const rest = frames.slice(answers.length, tries > 0 ? answers.length + 1 : undefined)
      const { answers: more, fault, isWithoutThread } = await attempts.attempt(script, rest, limits.patience ** tries)
      if (isWithoutThread) return [...answers, ...frames.slice(answers.length).map(() => wasNotRun(fault ?? ''))]
      answers.push(...more)
      tries = more.length > 0 ? 0 : tries
      if (fault !== undefined && ++tries >= limits.tries) {
        answers.push(wasNotRun(fault))
        tries = 0
      }
    }
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
  /** How much longer than the limits. */
  readonly patience: number
}

/** `onLate` when the same call is seen for as long as it may take. */
function watchCalls({ progress, begun, limits, patience }: Watched, onLate: (fault: string) => void) {
  let seen = ''
  let looks = 0
  return setInterval(() => {
    const now = Atomics.load(progress, calls)
    const loads = now === begun || Atomics.load(progress, isLoading) === 1
    looks = `${now} ${loads}` === seen ? looks + 1 : 0
    seen = `${now} ${loads}`
    const ms = patience * (loads ? limits.loadMs : limits.callMs)
    if (looks * lookEveryMs >= ms) onLate(`its thread stood still for ${ms} ms`)
  }, lookEveryMs)
}
