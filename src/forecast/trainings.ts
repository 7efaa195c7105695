/**
 * The trainings: one that is asked for, one that is worked on no more, or the one of the night, also of one that was missed. At most one runs, in a
 * process of its own, beside the forecasts.
 */
import type { TrainingRow } from '../store/store.ts'
import type { ForecastService } from './forecasting.ts'
import { isTrainingDue } from './schedule.ts'
import type { SiteForecasts } from './site-forecasts.ts'
import { beatMsMax, train, trainingDaysMin } from './training.ts'

export interface Trainings {
  readonly isWorking: boolean
  /** Begins the one that is due. */
  look(sites: readonly SiteForecasts[]): Promise<void>
  /** Resolves when none is worked on. */
  ended(): Promise<void>
}

export interface TrainingHooks {
  readonly begunMs: number
  onPid(pid: number | undefined): void
  /** Weights that shall be served are there. */
  onServed(): void
}

export function createTrainings(service: ForecastService, hooks: TrainingHooks): Trainings {
  const { store, clock } = service
  let working: Promise<unknown> | undefined

  function work(id: number, sites: readonly SiteForecasts[]) {
    if (working) return
    working = trainOne(service, hooks, sites, id).finally(() => {
      working = undefined
    })
  }

  return {
    get isWorking() {
      return working !== undefined
    },
    async look(sites) {
      const now = clock.now()
      const newest = await store.newestTraining()
      const isOrphan = newest?.state === 'running' && now - newest.beat > beatMsMax
      if (newest?.state === 'cancelling' && now - newest.beat > beatMsMax)
        await store.changeTraining(newest.id, ['cancelling'], { state: 'cancelled', ended: now, detail: 'Cancelled.' })
      if (newest && (newest.state === 'asked' || isOrphan)) {
        const started = newest.started ?? now
        const change = { state: 'running', started, beat: now, detail: 'Reading the history.' } as const
        if (await store.changeTraining(newest.id, [newest.state], change)) work(newest.id, sites)
        return
      }
      if (newest?.state !== 'running' && newest?.state !== 'cancelling')
        await orderOfTheNight(service, hooks.begunMs, sites, newest)
    },
    ended: async () => void (await working),
  }
}

async function orderOfTheNight(
  { store, clock, nightHour: hour }: ForecastService,
  begunMs: number,
  [first]: readonly SiteForecasts[],
  newest: TrainingRow | undefined,
) {
  const now = clock.now()
  if (!first || hour === 'off') return
  const night = { nowMs: now, begunMs, zone: first.site.zone, hour, lastMs: newest?.asked }
  if (!isTrainingDue(night)) return
  if (first.rates.historyDays(0) < trainingDaysMin) return
  await store.addTraining({
    ...{ asked: now, author: 'night', state: 'asked', started: null, ended: null, beat: now, progress: null },
    detail: 'Nightly fine-tuning is pending.',
  })
}

async function trainOne(
  service: ForecastService,
  { onPid, onServed }: TrainingHooks,
  sites: readonly SiteForecasts[],
  id: number,
) {
  const { store, dir, log, promiseMs, plans, signal } = service
  try {
    const outcome = await train(
      {
        ...{ store, dir, sites: sites.map(({ site }) => site), plans, promiseMs, log, leaving: signal, onPid },
        steps: service.trainingSteps,
        isPressed: () => service.isPressed?.() ?? false,
      },
      id,
    )
    if (outcome.state === 'done' && outcome.isServed) onServed()
  } catch (error) {
    log.warn('what became of a training could not be stored', { error })
  }
}
