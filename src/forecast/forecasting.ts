/**
 * The forecasts of all sites, and the trainings: due work runs one item after the other, and a failed item is retried when it is
 * due again. Readings, pages and commits never wait for it; progress is reported through `onState` and `onIssued`.
 */
import { setImmediate } from 'node:timers/promises'
import type { Layout } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/store.ts'
import { newestArrivals } from './arrivals.ts'
import { createForecaster, type Forecaster, type ForecasterState } from './forecaster.ts'
import { hindcasts } from './hindcasts.ts'
import { forecastSites } from './lots.ts'
import { isTrainingDue, nextRoundMs } from './schedule.ts'
import { emptyBoard, gateOf, type KeptQuality, keptQuality, modelShown, scoredDays, scoreSite } from './scoring.ts'
import { type PipelineNow, type SiteForecasts, siteForecasts } from './site-forecasts.ts'
import { type PlanSettings, sitePlan } from './site-plan.ts'
import { beatMsMax, train, trainingDaysMin } from './training.ts'
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
  onPids?(pids: { forecaster: number | undefined; training: number | undefined }): void
}

const lookMs = 2_000
/** A layout is looked for this often. */
const layoutMs = 10_000
const scoreMs = 3_600_000
/** A small installation sees what has come due soon. */
const scoreFewMs = 15 * 60_000
const fewLotsMax = 100
/** Issued this often while the first one has not come about: history may just be arriving. */
const eagerMs = 10_000
const eagerMsMax = 5 * 60_000
/** By then a simulated past is written. */
const hindcastAfterMs = 30_000
const hindcastAgainMs = 60_000
const hindcastTurnMs = 4_000

export async function runForecasts(service: ForecastService): Promise<void> {
  const { store, log, clock, signal, promiseMs, dir } = service
  let sites: SiteForecasts[] = []
  let layoutVersion: number | undefined
  let layout: Layout | undefined
  let forecaster: Forecaster | undefined
  const kept = new Map<string, KeptQuality>()
  const pids = { forecaster: undefined as number | undefined, training: undefined as number | undefined }
  const due = { round: 0, layout: 0, past: 0, score: clock.now() + eagerMsMax, hindcast: Number.POSITIVE_INFINITY }
  const begun = clock.now()
  let working: Promise<unknown> | undefined
  let lookingBack: ReturnType<typeof hindcasts> | undefined
  let mayLookBack = false
  let siteLookedAt = 0
  let hindcastsMade = 0
  /** Hash of the weights trained here that no process came up with. */
  let fallen: string | undefined
  /** Which process of the forecaster was asked last. */
  let asked = 0
  service.onState({ state: 'starting', detail: 'No layout yet, so there is nothing to forecast.' })

  async function rebuildPlaces() {
    due.layout = clock.now() + layoutMs
    const version = await store.layoutVersion()
    if (version === undefined || version === layoutVersion) return
    const stored = await store.layout()
    layoutVersion = version
    layout = stored?.layout
    due.round = 0
    const found = stored ? forecastSites(stored.layout) : []
    if (found.length > 0)
      forecaster ??= createForecaster({
        ...{ log, signal },
        onState(state) {
          service.onState(state)
          tellPids()
        },
        weights(canUseOwn) {
          fallen = canUseOwn ? undefined : servedWeights(dir)?.hash
          return servedWeights(dir, canUseOwn)
        },
      })
    const running = forecaster
    if (running)
      sites = found.map((site) =>
        siteForecasts({ store, forecaster: running, promiseMs, plan: sitePlan(site, service.plans) }, site),
      )
    for (const { id } of found) {
      const quality = await store.forecastQuality(id)
      if (quality) kept.set(id, JSON.parse(quality.document) as KeptQuality)
    }
  }

  const pause = async () => {
    signal.throwIfAborted()
    await setImmediate()
  }

  async function round(running: Forecaster) {
    asked = running.generation
    due.round = nextRoundMs(clock.now())
    const newest = layout ? newestArrivals(layout, await store.devices()) : undefined
    let issued = 0
    for (const each of sites) {
      const quality = kept.get(each.site.id)
      const started = performance.now()
      try {
        const made = await each.issue({
          ...{ nowMs: clock.now(), pipeline: service.pipeline(), newestArrivalMs: newest?.get(each.site.id), pause },
          gate: quality ? gateOf(quality) : [],
          factors: quality?.factors ?? [],
        })
        if (!made) continue
        issued += Number(!made.isEmpty)
        const ms = Math.round(performance.now() - started)
        log.debug('a forecast was issued', { site: each.site.id, lots: each.site.lots.length, ms, ...made.took })
        await nameModel(each.site.id, running)
        service.onIssued(each.site.id, made.at)
      } catch (error) {
        if (signal.aborted) throw error
        log.warn('a site has no new forecast; it is tried again', { site: each.site.id, error })
        due.round = Math.min(due.round, clock.now() + eagerMs)
      }
    }
    if (issued > 0 && !mayLookBack) {
      mayLookBack = true
      due.hindcast = Math.max(clock.now(), begun + hindcastAfterMs)
    }
    if (issued === 0 && clock.now() - begun < eagerMsMax) due.round = Math.min(due.round, clock.now() + eagerMs)
  }

  const keep = async (made: KeptQuality) => {
    const { site } = made.quality
    kept.set(site, made)
    await store.saveForecastQuality(site, { at: clock.now(), document: JSON.stringify(made) })
  }

  /** The page names the model before the first score, and a new one at once. */
  async function nameModel(site: string, { weights }: Forecaster) {
    const known = kept.get(site) ?? keptQuality(site, emptyBoard, nothingScored)
    if (!weights || known.quality.model?.hash === weights.hash) return
    await keep({ ...known, quality: { ...known.quality, model: modelShown(weights) } })
  }

  /** A past may just be written: what it changes is not waited for. */
  async function lookForPast() {
    const now = clock.now()
    due.past = now - begun < eagerMsMax ? now + eagerMs : Number.POSITIVE_INFINITY
    for (const { rates } of sites) if (await rates.hasOlder(now)) due.round = 0
  }

  async function scores(running: Forecaster) {
    const lots = sites.reduce((sum, { site }) => sum + site.lots.length, 0)
    due.score = clock.now() + (lots > fewLotsMax ? scoreMs : scoreFewMs)
    for (const { site, rates } of sites) {
      const now = clock.now()
      const scored = await scoreSite({ store, forecaster: running }, rates, now)
      if (scored) {
        const { board, oldestMs } = scored
        const scoring = { scoredMs: now, oldestMs, weights: running.weights, before: kept.get(site.id) }
        await keep(keptQuality(site.id, board, scoring))
      }
    }
    const gone = await store.forgetForecasts(instant(clock.now() - (scoredDays + 1) * 86_400_000))
    if (gone > 0) log.debug('old forecasts are forgotten', { gone })
  }

  /** Hindcasts, a few origins a turn, so that a new site has a scoreboard. */
  async function lookBack(running: Forecaster) {
    if (!lookingBack) {
      const each = sites[siteLookedAt++ % sites.length]
      if (each) lookingBack = hindcasts({ store, forecaster: running, rates: each.rates, calendar: each.plan.calendar })
    }
    for (const until = performance.now() + hindcastTurnMs; performance.now() < until; ) {
      signal.throwIfAborted()
      const next = await lookingBack?.next()
      if (next && !next.done) continue
      lookingBack = undefined
      const isRoundOver = siteLookedAt % sites.length === 0
      hindcastsMade += next?.value ?? 0
      if (next?.value) due.score = 0
      if (!isRoundOver) return
      // Checks finished sites again, because older history may still arrive.
      due.hindcast =
        hindcastsMade > 0 || clock.now() - begun < eagerMsMax ? clock.now() + hindcastAgainMs : Number.POSITIVE_INFINITY
      hindcastsMade = 0
      return
    }
  }

  /** Starts a requested, an orphaned, or the nightly training, also one of a missed night. */
  async function trainings() {
    const now = clock.now()
    const newest = await store.newestTraining()
    const isOrphan = newest?.state === 'running' && now - newest.beat > beatMsMax
    if (newest?.state === 'cancelling' && now - newest.beat > beatMsMax)
      await store.changeTraining(newest.id, ['cancelling'], { state: 'cancelled', ended: now, detail: 'Cancelled.' })
    if (newest && (newest.state === 'asked' || isOrphan)) {
      const change = {
        state: 'running',
        started: newest.started ?? now,
        beat: now,
        detail: 'Reading the history.',
      } as const
      if (await store.changeTraining(newest.id, [newest.state], change)) work(newest.id)
      return
    }
    if (newest?.state === 'running' || newest?.state === 'cancelling') return
    const [first] = sites
    if (!first || service.nightHour === 'off') return
    const night = { nowMs: now, begunMs: begun, zone: first.site.zone, hour: service.nightHour, lastMs: newest?.asked }
    if (!isTrainingDue(night)) return
    if (first.rates.historyDays(0) < trainingDaysMin) return
    await store.addTraining({
      ...{ asked: now, author: 'night', state: 'asked', started: null, ended: null, beat: now, progress: null },
      detail: 'Nightly fine-tuning is pending.',
    })
  }

  function work(id: number) {
    if (working) return
    working = train(
      {
        ...{ store, dir, sites: sites.map(({ site }) => site), plans: service.plans, promiseMs, log },
        leaving: signal,
        steps: service.trainingSteps,
        isPressed: () => service.isPressed?.() ?? false,
        onPid: (pid) => {
          pids.training = pid
          tellPids()
        },
      },
      id,
    )
      .then((outcome) => {
        if (outcome.state === 'done' && outcome.isServed) renew()
      })
      .catch((error) => log.warn('what became of a training could not be stored', { error }))
      .finally(() => {
        working = undefined
      })
  }

  const renew = () => {
    forecaster?.renew()
    due.round = 0
  }
  const tellPids = () => {
    pids.forecaster = forecaster?.pid
    service.onPids?.({ ...pids })
  }

  /** A command may have written new weights. Weights that cannot be served are not tried again. */
  const lookForWeights = () => {
    const served = forecaster?.weights
    if (!served || working) return
    const now = servedWeights(dir)
    if (now && now.hash !== served.hash && now.hash !== fallen) renew()
  }

  let ticks = 0
  while (!signal.aborted) {
    try {
      if (clock.now() >= due.layout) await rebuildPlaces()
      if (forecaster && sites.length > 0) {
        if (clock.now() >= due.past) await lookForPast()
        // Another process has been started, and it shows by an answer that it is well.
        if (forecaster.generation !== asked) due.round = 0
        if (clock.now() >= due.round) await round(forecaster)
        else if (clock.now() >= due.score) await scores(forecaster)
        else if (clock.now() >= due.hindcast) await lookBack(forecaster)
      }
      if (!working) await trainings()
      if (ticks++ % 30 === 0) lookForWeights()
    } catch (error) {
      if (signal.aborted) break
      log.debug('what is due is tried again', { error })
      due.layout = Math.max(due.layout, clock.now() + lookMs)
    }
    // An aborted sleep ends early: the loop looks at the signal.
    await clock.sleep(lookMs, signal).catch(() => {})
  }
  await working
}

const nothingScored = { scoredMs: undefined, oldestMs: undefined, weights: undefined, before: undefined }
