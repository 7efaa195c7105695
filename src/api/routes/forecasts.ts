/** Forecasts: what is expected of a site, how good that has been, and the training of what expects it. */

import { forecastLevels, type TrainingProgress, trainingProgressSchema } from '@baykeeper/contract/forecast.ts'
import {
  type ForecastQuality,
  forecastQualitySchema,
  type SiteForecast,
  siteForecastSchema,
  type TrainingJob,
  trainingJobSchema,
} from '@baykeeper/contract/forecast-pages.ts'
import { activeTrainingStates } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import type { TrainingRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { type Endpoint, endpoint, idParams } from '../endpoint.ts'
import { answerOf } from '../forecast-answer.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

const asked = { instants: 64, spaces: 16 } as const
/** A parameter may be given once or several times. */
const several = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess((value) => (value === undefined ? [] : [value].flat()), z.array(one).max(most))

const forecastQuery = z.strictObject({
  at: several(z.iso.datetime({ offset: true }), asked.instants).describe(
    `an instant within 24 h that is answered too, ISO 8601; up to ${asked.instants} times`,
  ),
  free_at_least: several(z.coerce.number().int().min(1).max(1_000_000), asked.spaces).describe(
    `for the probability that at least so many are free; up to ${asked.spaces} times`,
  ),
})

export function forecastRoutes({ store, live, clock, log, forecasts }: RouteContext): Endpoint[] {
  /** The newest of each site, read from its text once. */
  const read = new Map<string, { readonly at: number; readonly shown: Omit<SiteForecast, 'state'> }>()
  async function newest(site: string) {
    const stored = await store.shownForecast(site)
    if (!stored) return undefined
    const known = read.get(site)
    if (known?.at === stored.at) return known.shown
    const shown = JSON.parse(stored.document) as Omit<SiteForecast, 'state'>
    read.set(site, { at: stored.at, shown })
    return shown
  }
  const needSite = async (id: string) => {
    await live.current()
    if (live.floor.levels.some(({ site }) => site.id === id)) return
    throw new ProblemError(404, `there is no site ${id} in the layout`)
  }
  const runs = () => forecasts !== undefined && forecasts.state().state !== 'off'

  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/sites/{id}/forecast',
      access: 'read',
      tag: 'Forecast',
      summary: 'What is expected of a site, its levels and zones within 24 hours',
      description:
        'Quantiles of the taken share at each horizon, issued every five minutes. What rests on old or few readings is wider or withheld, and says why. The lot with the id of the site is the whole site.',
      params: idParams,
      query: forecastQuery,
      problems: [404, 503],
      answers: [{ status: 200, description: 'The newest forecast', schema: ['SiteForecast', siteForecastSchema] }],
      async handle({ params: { id }, query }): Promise<SiteForecast> {
        await needSite(id)
        const forecaster = forecasts?.state()
        const shown = await newest(id)
        if (!shown) {
          const state = !runs() || forecaster?.state === 'down' ? 'off' : 'starting'
          const none = { origin: null, issued: null, model: null, pipeline: null, lots: [] }
          return { site: id, state, levels: [...forecastLevels], ...none }
        }
        const wanted = { at: query.at.map((text) => Date.parse(text)), atLeast: query.free_at_least }
        return answerOf(shown, wanted, { now: clock.now(), forecaster })
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/sites/{id}/forecast/quality',
      access: 'read',
      tag: 'Forecast',
      summary: 'How good the forecasts of a site have been',
      description: 'Every forecast is scored when its time comes; per lot and horizon, over 7 and 28 days.',
      params: idParams,
      problems: [404, 503],
      answers: [{ status: 200, description: 'The scoreboard', schema: ['ForecastQuality', forecastQualitySchema] }],
      async handle({ params: { id } }): Promise<ForecastQuality> {
        await needSite(id)
        const stored = await store.forecastQuality(id)
        if (stored) return (JSON.parse(stored.document) as { quality: ForecastQuality }).quality
        return { site: id, scored: null, model: null, cells: [], calibration: [], drift: [] }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/forecast/training',
      access: 'read',
      tag: 'Forecast',
      summary: 'The newest training: whether it runs, how far it is, what came of it',
      problems: [503],
      answers: [{ status: 200, description: 'The training', schema: ['TrainingJob', trainingJobSchema] }],
      handle: async () => jobOf(await store.newestTraining()),
    }),
    endpoint({
      method: 'POST',
      path: '/api/v1/forecast/training',
      access: 'operate',
      tag: 'Forecast',
      summary: 'Train now, from the history of all sites',
      description: 'Answers at once. One runs at a time: who asks while it does is answered with that one.',
      problems: [503],
      answers: [{ status: 202, description: 'It begins', schema: ['TrainingJob', trainingJobSchema] }],
      async handle({ principal, reply }) {
        if (!runs())
          throw new ProblemError(503, 'forecasts are switched off on this server', { code: 'E_NO_FORECASTS' })
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
    }),
    endpoint({
      method: 'DELETE',
      path: '/api/v1/forecast/training',
      access: 'operate',
      tag: 'Forecast',
      summary: 'Cancel the training that runs',
      description: 'It stops within seconds; the next one goes on from where it was.',
      problems: [503],
      answers: [{ status: 200, description: 'The training', schema: ['TrainingJob', trainingJobSchema] }],
      async handle({ principal }) {
        const running = await store.newestTraining()
        if (running && isActive(running)) {
          log.info('a training is cancelled', { by: principal?.name })
          const ended = { state: 'cancelled', ended: clock.now(), detail: 'Cancelled before it began.' } as const
          if (!(await store.changeTraining(running.id, ['asked'], ended)))
            await store.changeTraining(running.id, ['running'], { state: 'cancelling', detail: 'It stops.' })
        }
        return jobOf(await store.newestTraining())
      },
    }),
  ]
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
