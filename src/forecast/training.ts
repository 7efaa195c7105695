/**
 * A training: the rollups of the store are written to a file, the forecaster's `train` runs on it in its own process,
 * its progress is kept in the store, and the new weights are served only if they are no worse than the current ones on held-out days.
 *
 * It may be interrupted at any time. A killed training resumes from its checkpoint; so does a cancelled one, with the next training, as long
 * as its data are of the same day. One process works at a time: the one that moved the row from `asked` to `running` and renews its heartbeat.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { type TrainingProgress, trainingProgressSchema } from '@baykeeper/contract/forecast.ts'
import * as z from 'zod'
import { quarterMs } from '../domain/occupancy-span.ts'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { instant } from '../lib/brand.ts'
import type { Log } from '../lib/log.ts'
import type { Store, TrainingChange } from '../store/store.ts'
import type { ForecastSite } from './lots.ts'
import { giveWayWholly } from './process-priority.ts'
import { type PlanSettings, sitePlan } from './site-plan.ts'
import { keptSteps, siteRates } from './site-rates.ts'
import { asideNote, asideWeights, ownNote, ownWeights, servedWeights, type TrainedNote } from './weights.ts'

export interface TrainingDeps {
  readonly store: Store
  /** Of forecasts, in the data directory. */
  readonly dir: string
  readonly sites: readonly ForecastSite[]
  readonly plans: PlanSettings
  readonly promiseMs: number
  readonly log: Log
  /** The process is stopping: the training resumes when a process takes it up again. */
  readonly leaving: AbortSignal
  readonly steps: number
  onProgress?(progress: TrainingProgress): void
  onPid?(pid: number | undefined): void
  /** Readings wait: the training rests for as long as they do. */
  isPressed?(): boolean
  /** The process to start; another one in tests. */
  readonly main?: string
}

export type TrainingOutcome =
  | { readonly state: 'done'; readonly detail: string; readonly isServed: boolean }
  | { readonly state: 'cancelled' | 'failed' | 'interrupted'; readonly detail: string }

/** Four weeks for the anchor, and a week to learn from. */
export const trainingDaysMin = 35
/** Lease expiry: without a heartbeat for this long, another process may take over the training. */
export const beatMsMax = 30_000
/** Each heartbeat is a commit, and the batches of readings wait for it. */
const beatMs = 5_000
/** Progress is shown this often, where the trainer reports it. */
const progressMs = 1_000
/** Readings are looked at this often while a training runs. */
const lookMs = 250
/** A process that is killed again and again is not started for ever. */
const startsMax = 4
const resumeMsMax = 24 * 3_600_000
const heapMiB = 512
const mainFile = path.join(import.meta.dirname, '../../forecaster/main.ts')

const files = (dir: string) => ({
  history: path.join(dir, 'history.jsonl'),
  plan: path.join(dir, 'training.json'),
  out: path.join(dir, 'candidate.safetensors'),
  checkpoint: path.join(dir, 'candidate.safetensors.checkpoint'),
})
const planSchema = z.object({ steps: z.int(), from: z.string(), rows: z.int(), days: z.number(), lots: z.int() })
type Plan = z.infer<typeof planSchema>

/** Works on a training that is `running` in the name of the caller, to its end. */
export async function train(deps: TrainingDeps, id: number): Promise<TrainingOutcome> {
  const { store, log } = deps
  let outcome: TrainingOutcome
  try {
    outcome = await attempt(deps, id)
  } catch (fault) {
    outcome = { state: 'failed', detail: `Failed: ${(fault as Error).message.slice(0, 300)}` }
  }
  const now = instant(Date.now())
  const { state, detail } = outcome
  log[state === 'failed' ? 'warn' : 'info'](`training ${state}: ${detail}`)
  const change: TrainingChange =
    // Ends the lease: the next process takes over at once.
    state === 'interrupted' ? { beat: instant(0), detail } : { state, ended: now, detail }
  await store.changeTraining(id, ['running', 'cancelling'], change)
  return outcome
}

async function attempt(deps: TrainingDeps, id: number): Promise<TrainingOutcome> {
  const { dir, leaving, steps } = deps
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const weights = servedWeights(dir)
  if (!weights) return { state: 'failed', detail: 'There are no weights to start from.' }
  const cancelling = new AbortController()
  const lease = beat(deps, id, cancelling)
  try {
    const plan = (await resumable(dir, steps, weights.hash)) ?? (await newPlan(deps, weights.hash, cancelling.signal))
    if ('missing' in plan) return { state: 'failed', detail: plan.missing }
    lease.report(`Learning from ${Math.floor(plan.days)} days of ${plan.lots} lots.`)
    for (let start = 1; ; start++) {
      const { code, last } = await runTrainer(deps, { weights: weights.file, cancelling, lease })
      if (code === 0 && last) return await judged(deps, plan, last)
      if (leaving.aborted)
        return { state: 'interrupted', detail: 'The server stopped. The training resumes from its checkpoint.' }
      if (cancelling.signal.aborted)
        return {
          state: 'cancelled',
          detail: `Cancelled${last ? ` at step ${last.step}` : ''}. The served model is unchanged, and the next training resumes from there.`,
        }
      if (start === startsMax)
        return { state: 'failed', detail: `The trainer exited ${startsMax} times before it finished (${code}).` }
      lease.report('The trainer was killed and resumes from its checkpoint.')
    }
  } finally {
    await lease.stop()
  }
}

interface Lease {
  report(detail: string): void
  /** Called with each progress report of the trainer. */
  progressed(progress: TrainingProgress): void
  /** Writes the last progress. */
  stop(): Promise<void>
}

/** Renews the lease of the row, and checks whether a cancellation was requested. */
function beat({ store, onProgress, log }: TrainingDeps, id: number, cancelling: AbortController): Lease {
  let progress: TrainingProgress | undefined
  let detail = 'Reading the history.'
  let storedAt = 0
  const renew = async () => {
    storedAt = performance.now()
    const change = { beat: instant(Date.now()), detail, ...(progress ? { progress: JSON.stringify(progress) } : {}) }
    if (!(await store.changeTraining(id, ['running'], change))) cancelling.abort()
  }
  const onLostHeartbeat = (error: unknown) => log.debug('the progress of the training was not stored', { error })
  const timer = setInterval(() => void renew().catch(onLostHeartbeat), beatMs)
  return {
    // Stored at once, because users wait for it.
    report: (text) => {
      detail = text
      void renew().catch(onLostHeartbeat)
    },
    progressed(next) {
      progress = next
      onProgress?.(next)
      if (performance.now() - storedAt >= progressMs) void renew().catch(onLostHeartbeat)
    },
    async stop() {
      clearInterval(timer)
      await renew().catch(onLostHeartbeat)
    },
  }
}

/** Files of an earlier training, if it can be resumed. */
async function resumable(dir: string, steps: number, from: string): Promise<Plan | undefined> {
  const { history, plan, checkpoint } = files(dir)
  if (!existsSync(checkpoint) || !existsSync(history)) return undefined
  try {
    const known = planSchema.parse(JSON.parse(await readFile(plan, 'utf8')))
    const age = Date.now() - (await stat(history)).mtimeMs
    return known.steps === steps && known.from === from && age < resumeMsMax ? known : undefined
  } catch {
    // A checkpoint that cannot be read is not resumed: the training begins again.
    return undefined
  }
}

async function newPlan(
  { dir, sites, store, promiseMs, plans, steps }: TrainingDeps,
  from: string,
  signal: AbortSignal,
): Promise<Plan | { readonly missing: string }> {
  const { history, plan, out, checkpoint } = files(dir)
  for (const file of [out, checkpoint, plan]) await rm(file, { force: true })
  let [rows, days, lots] = [0, 0, 0]
  {
    await using file = await open(history, 'w', 0o600)
    const now = Date.now()
    for (const site of sites) {
      const plan = sitePlan(site, plans)
      const rates = siteRates(store, site, promiseMs, plan)
      await rates.advance(now, async () => {
        signal.throwIfAborted()
        await setImmediate()
      })
      const siteDays = Math.max(...site.lots.map((_, lot) => rates.historyDays(lot)))
      days = Math.max(days, siteDays)
      if (siteDays < trainingDaysMin) continue
      const length = Math.min(keptSteps, Math.ceil(siteDays * 96) + 1)
      const firstStep = rates.lastStep - length + 1
      const sent = site.lots.map(({ id, capacity }, lot) => ({
        ...{ id, capacity },
        rates: Array.from({ length }, (_, i) => {
          const rate = rates.rateAt(lot, firstStep + i)
          if (Number.isNaN(rate)) return null
          rows++
          return Math.round(rate * 10_000) / 10_000
        }),
      }))
      lots += sent.length
      await file.write(
        `${JSON.stringify({
          site: site.id,
          zone: site.zone,
          from: new Date(firstStep * quarterMs).toISOString(),
          lots: sent,
          ...plan.calendar,
        })}\n`,
      )
    }
  }
  if (lots === 0)
    return {
      missing:
        sites.length === 0
          ? 'No layout, so there is nothing to forecast.'
          : `There are ${Math.floor(days)} days of history; training needs ${trainingDaysMin}.`,
    }
  const made: Plan = { steps, from, rows, days, lots }
  await writeFileAtomic(plan, JSON.stringify(made))
  return made
}

interface Run {
  readonly weights: string
  readonly cancelling: AbortController
  readonly lease: Lease
}

/** One process of the forecaster's `train`. It ends with this one: the other end of its input is here. */
async function runTrainer(
  { dir, leaving, steps, onPid, isPressed, main = mainFile }: TrainingDeps,
  { weights, cancelling, lease }: Run,
): Promise<{ code: number | string; last: TrainingProgress | undefined }> {
  const { history, out } = files(dir)
  const options = { data: history, out, from: weights, steps: String(steps), progress: 'json' }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const args = [
    `--max-old-space-size=${heapMiB}`,
    '--disable-warning=ExperimentalWarning',
    main,
    'train',
    '--parent-control',
  ]
  const child: ChildProcess = spawn(process.execPath, [...args, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.once('spawn', () => {
    giveWayWholly(child.pid)
    onPid?.(child.pid)
  })
  let last: TrainingProgress | undefined
  let words = ''
  // A training that has ended takes no word any more; its exit is judged below.
  child.stdin?.on('error', () => {})
  child.stderr?.on('data', (bytes: Buffer) => {
    words = (words + bytes.toString()).slice(-600)
  })
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsedLine = trainingProgressSchema.safeParse(parsed(line))
      if (!parsedLine.success) return
      last = parsedLine.data
      lease.progressed(last)
    })
  let rests = false
  const resting = setInterval(() => {
    if (isPressed === undefined || rests === isPressed()) return
    rests = !rests
    child.stdin?.write(rests ? 'rest\n' : 'go on\n')
  }, lookMs)
  const stop = () => child.kill('SIGTERM')
  for (const signal of [leaving, cancelling.signal]) {
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  }
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (status, killed) => resolve(status ?? killed ?? 'gone'))
    })
    if (typeof code === 'number' && code !== 0 && code !== 130)
      throw new Error(words.trim().split('\n').at(-1) ?? `exit ${code}`)
    return { code, last }
  } finally {
    clearInterval(resting)
    onPid?.(undefined)
    for (const signal of [leaving, cancelling.signal]) signal.removeEventListener('abort', stop)
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A line that is no report is ignored; the training is judged by its exit and its files.
    return undefined
  }
}

/** Serves the new weights if they are no worse on held-out days; otherwise they are kept aside and the current ones stay. */
async function judged({ dir, log }: TrainingDeps, plan: Plan, last: TrainingProgress): Promise<TrainingOutcome> {
  const { out, history, plan: planFile } = files(dir)
  const { validation, held_out: error, held_out_before: before, held_out_days: days } = last
  for (const file of [history, planFile]) await rm(file, { force: true })
  if (error === undefined || before === undefined || days === undefined || !Number.isFinite(error))
    return {
      state: 'failed',
      detail: 'The new weights were not scored, so they are not served. The served model is unchanged.',
    }
  const note: TrainedNote = {
    ...{ trained: new Date().toISOString(), rows: plan.rows, validation: validation ?? null },
    heldOut: { days, error, before },
  }
  const figures = `${error.toFixed(4)} against ${before.toFixed(4)} of the previous model`
  const where = `on the newest ${days} days, which are held out from training`
  const isServed = error <= before
  await rename(out, isServed ? ownWeights(dir) : asideWeights(dir))
  await writeFileAtomic(isServed ? ownNote(dir) : asideNote(dir), JSON.stringify(note))
  if (isServed) log.info('new forecast weights are served', { ...note })
  else log.warn('new forecast weights are worse than those that serve, and are kept aside', { ...note })
  return {
    state: 'done',
    isServed,
    detail: isServed
      ? `In use: its error is ${figures} ${where}.`
      : `Not used, the previous model stays: its error is ${figures} ${where}.`,
  }
}
