/** Forecasts: what is expected of a site, how good that has been, and the training of what expects it. */

import { type TrainingProgress, trainingProgressSchema } from '@baykeeper/contract/forecast.ts'
import type { ForecastQuality, SiteForecast, TrainingJob } from '@baykeeper/contract/forecast-pages.ts'
import type { forecastRoutes } from '@baykeeper/contract/routes/forecasts.ts'
import { activeTrainingStates } from '@baykeeper/contract/vocabulary.ts'
import type { TrainingRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { forecastReader } from '../forecast-reader.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

export function forecastHandlers(context: RouteContext): Handlers<typeof forecastRoutes> {
  const { store, live, clock, log, forecasts } = context
  const needSite = async (id: string) => {
    await live.current()
    if (live.floor.levels.some(({ site }) => site.id === id)) return
    throw new ProblemError(404, `there is no site ${id} in the layout`)
  }
  const runs = () => forecasts !== undefined && forecasts.state().state !== 'off'
  const forecastOf = forecastReader(context)

  return {
    async forecast({ params: { id }, query }): Promise<SiteForecast> {
      await needSite(id)
      return forecastOf(id, { at: query.at.map((text) => Date.parse(text)), atLeast: query.free_at_least })
    },
    async forecastQuality({ params: { id } }): Promise<ForecastQuality> {
      await needSite(id)
      const stored = await store.forecastQuality(id)
      if (stored) return (JSON.parse(stored.document) as { quality: ForecastQuality }).quality
      return { site: id, scored: null, model: null, cells: [], calibration: [], drift: [] }
    },
    training: async () => jobOf(await store.newestTraining()),
    async startTraining({ principal, reply }) {
      if (!runs()) throw new ProblemError(503, 'forecasts are switched off on this server', { code: 'E_NO_FORECASTS' })
      const before = await store.newestTraining()
      if (before && isActive(before)) return reply.code(202).send(jobOf(before))
      const now = clock.now()
      const author = principal?.name ?? 'unknown'
      log.info('a training was asked for', { by: author })
      await store.addTraining({
        ...{ asked: now, author, state: 'asked', started: null, ended: null, beat: now, progress: null },
        detail: 'It begins in a moment.',
      })
      return reply.code(202).send(jobOf(await store.newestTraining()))
    },
    async cancelTraining({ principal }) {
      const running = await store.newestTraining()
      if (running && isActive(running)) {
        log.info('a training is cancelled', { by: principal?.name })
        const ended = { state: 'cancelled', ended: clock.now(), detail: 'Cancelled before it began.' } as const
        if (!(await store.changeTraining(running.id, ['asked'], ended)))
          await store.changeTraining(running.id, ['running'], { state: 'cancelling', detail: 'It stops.' })
      }
      return jobOf(await store.newestTraining())
    },
  }
}

const isActive = ({ state }: TrainingRow) => activeTrainingStates.includes(state)

export function jobOf(row: TrainingRow | undefined): TrainingJob {
  if (!row) return { state: 'never', started: null, ended: null, progress: null, detail: 'No training has run yet.' }
  const progress = row.progress === null ? undefined : trainingProgressSchema.safeParse(JSON.parse(row.progress)).data
  const { state, started, ended, asked, detail } = row
  return {
    state: state === 'asked' || state === 'cancelling' ? 'running' : state,
    started: iso(started ?? asked),
    ended: ended === null ? null : iso(ended),
    progress: progress ?? null,
    detail,
    verdict: state === 'done' && progress ? verdictOf(progress) : null,
  }
}

/** As the training itself decides (forecast/training.ts). */
function verdictOf({ held_out: error, held_out_before: before, held_out_days: days }: TrainingProgress) {
  if (error === undefined || before === undefined || days === undefined) return null
  return { served: error <= before, days, error, before }
}
