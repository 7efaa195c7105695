/**
 * The forecasts of all sites, and the trainings: what is due is done, one thing after the other, and what fails is tried again when it is
 * due again. Readings, pages and commits never wait for it; it reports with `onState` and `onIssued`. Its states are in forecasting-state.ts.
 */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/store.ts'
import { createDue, type Due, eagerMs, hindcastAfterMs, layoutMs, lookMs, never } from './due.ts'
import { createForecaster, type Forecaster } from './forecaster.ts'
import type { ForecasterState } from './forecaster-run.ts'
import {
  type ForecastingEvent,
  type ForecastingState,
  firstState,
  nextState,
  type Subject,
} from './forecasting-state.ts'
import { createLookBack } from './look-back.ts'
import { forecastSites } from './lots.ts'
import { createQualityBook, type ForecastMisses, type QualityBook } from './quality-book.ts'
import { issueAll } from './rounds.ts'
import { type PipelineNow, type SiteForecasts, siteForecasts } from './site-forecasts.ts'
import { type PlanSettings, sitePlan } from './site-plan.ts'
import { createTrainings, type Trainings } from './trainings.ts'
import { servedWeights } from './weights.ts'

export interface ForecastService {
  readonly store: Store
  /** Of forecasts, in the data directory. */
  readonly dir: string
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly promiseMs: number
  readonly plans: PlanSettings
  /** Local hour of the nightly fine-tuning. */
  readonly nightHour: number | 'off'
  readonly trainingSteps: number
  pipeline(): PipelineNow
  /** Readings wait for more than they should: a training rests. */
  isPressed?(): boolean
  onState(state: ForecasterState): void
  onIssued(site: string, issuedMs: number): void
  /** By site. */
  onScored?(misses: ReadonlyMap<string, ForecastMisses>): void
  onPids?(pids: { forecaster: number | undefined; training: number | undefined }): void
}

/** Looks for weights made beside this process come once in so many. */
const looksPerWeights = 30

interface Parts {
  readonly service: ForecastService
  readonly due: Due
  readonly quality: QualityBook
  readonly process: ForecasterProcess
  readonly trainings: Trainings
  readonly lookBack: (subject: Subject) => Promise<void>
}

export async function runForecasts(service: ForecastService): Promise<void> {
  const { log, clock, signal } = service
  const due = createDue(clock)
  const quality = createQualityBook(service, due)
  const process = createForecasterProcess(service, due)
  const trainings = createTrainings(service, {
    begunMs: due.begun,
    onPid: process.trainingPid,
    onServed: process.renew,
  })
  const parts: Parts = { service, due, quality, process, trainings, lookBack: createLookBack(service, due) }
  const lookForLayout = createLayoutWatch(parts)
  let state: ForecastingState = firstState
  const on = (event: ForecastingEvent | undefined) => {
    if (event) state = nextState(state, event)
  }
  service.onState({ state: 'starting', detail: 'No layout yet, so there is nothing to forecast.' })
  let looks = 0
  while (!signal.aborted) {
    try {
      if (clock.now() >= due.layout) on(await lookForLayout())
      if (isActive(state)) on(await step(parts, state))
      if (!trainings.isWorking) await trainings.look(isActive(state) ? state.subject.sites : [])
      if (looks++ % looksPerWeights === 0 && !trainings.isWorking) process.lookForWeights()
    } catch (error) {
      if (signal.aborted) break
      log.debug('what is due is tried again', { error })
      due.layout = Math.max(due.layout, clock.now() + lookMs)
    }
    // An aborted sleep ends early: the loop looks at the signal.
    await clock.sleep(lookMs, signal).catch(() => {})
  }
  on({ type: 'stop' })
  await trainings.ended()
}

type Active = Extract<ForecastingState, { is: 'starting' | 'issuing' }>
const isActive = (state: ForecastingState): state is Active => state.is === 'starting' || state.is === 'issuing'

/** One thing that is due. */
async function step(parts: Parts, { is, subject }: Active): Promise<ForecastingEvent | undefined> {
  const { service, due, quality, process, lookBack } = parts
  const { clock } = service
  if (clock.now() >= due.past) await lookForPast(parts, subject)
  // Another process has been started, and it shows by an answer that it is well.
  if (subject.forecaster.generation !== process.askedGeneration) due.round = 0
  if (clock.now() >= due.round) {
    process.askedGeneration = subject.forecaster.generation
    const issued = await issueAll(service, subject, due, quality)
    if (issued === 0) return undefined
    if (is === 'starting') due.hindcast = Math.max(clock.now(), due.begun + hindcastAfterMs)
    return { type: 'issued' }
  }
  if (clock.now() >= due.score) await quality.score(subject)
  else if (clock.now() >= due.hindcast) await lookBack(subject)
  return undefined
}

/** A past may just be written: what it changes is not waited for. */
async function lookForPast({ service: { clock }, due }: Parts, { sites }: Subject) {
  const now = clock.now()
  due.past = due.isEager() ? now + eagerMs : never
  for (const { rates } of sites) if (await rates.hasOlder(now)) due.round = 0
}

/** A layout that was not seen yet, as an event. */
function createLayoutWatch({ service, due, quality, process }: Parts) {
  const { store, clock, promiseMs, plans } = service
  let seen: number | undefined
  return async (): Promise<ForecastingEvent | undefined> => {
    due.layout = clock.now() + layoutMs
    const version = await store.layoutVersion()
    if (version === undefined || version === seen) return undefined
    const stored = await store.layout()
    const found = stored ? forecastSites(stored.layout) : []
    await quality.load(found.map(({ id }) => id))
    seen = version
    due.round = 0
    if (!stored || found.length === 0) return { type: 'layout', subject: undefined }
    const forecaster = process.start()
    const [first, ...others] = found.map((site) =>
      siteForecasts({ store, forecaster, promiseMs, plan: sitePlan(site, plans) }, site),
    )
    const sites: Subject['sites'] = [first as SiteForecasts, ...others]
    return { type: 'layout', subject: { layout: stored.layout, sites, forecaster } }
  }
}

type ForecasterProcess = ReturnType<typeof createForecasterProcess>

/** The process of the forecaster: started with the first site, and again when there are other weights. */
function createForecasterProcess({ log, signal, dir, onState, onPids }: ForecastService, due: Due) {
  const pids = { forecaster: undefined as number | undefined, training: undefined as number | undefined }
  let forecaster: Forecaster | undefined
  /** Hash of the weights trained here that no process came up with. */
  let fallen: string | undefined

  const reportPids = () => {
    pids.forecaster = forecaster?.pid
    onPids?.({ ...pids })
  }
  const renew = () => {
    forecaster?.renew()
    due.round = 0
  }
  return {
    /** Which process was asked last. */
    askedGeneration: 0,
    start(): Forecaster {
      forecaster ??= createForecaster({
        ...{ log, signal },
        onState(state) {
          onState(state)
          reportPids()
        },
        weights(canUseOwn) {
          fallen = canUseOwn ? undefined : servedWeights(dir)?.hash
          return servedWeights(dir, canUseOwn)
        },
      })
      return forecaster
    },
    renew,
    trainingPid(pid: number | undefined) {
      pids.training = pid
      reportPids()
    },
    /** Weights may have been made by a command beside this process. Those that cannot be served are not tried again. */
    lookForWeights() {
      const served = forecaster?.weights
      if (!served) return
      const now = servedWeights(dir)
      if (now && now.hash !== served.hash && now.hash !== fallen) renew()
    },
  }
}
