/** Forecasts: what is expected of a site, how good that has been, and the training of what expects it. */
import * as z from 'zod'
import { forecastQualitySchema, siteForecastSchema, trainingJobSchema } from '../forecast-pages.ts'
import { idParams, route } from '../route.ts'

const asked = { instants: 64, spaces: 16 } as const
/** A parameter may be given once or several times. */
const several = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess(
    (value: z.input<T> | readonly z.input<T>[] | undefined) => (value === undefined ? [] : [value].flat()),
    z.array(one).max(most),
  )

export const forecastRoutes = {
  forecast: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/forecast',
    access: 'read',
    sites: 'path',
    tag: 'Forecast',
    summary: 'Forecast for a site, its levels and zones, 24 hours ahead',
    description:
      'Quantiles of the taken share at each horizon, issued every five minutes. What rests on old or few readings is wider or withheld, with the reason. The lot with the id of the site is the whole site.',
    params: idParams,
    query: z.strictObject({
      at: several(z.iso.datetime({ offset: true }), asked.instants).describe(
        `an instant within 24 h that is answered too, ISO 8601; up to ${asked.instants} times`,
      ),
      free_at_least: several(z.coerce.number<number | string>().int().min(1).max(1_000_000), asked.spaces).describe(
        `for the probability that at least so many are free; up to ${asked.spaces} times`,
      ),
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'The newest forecast', schema: ['SiteForecast', siteForecastSchema] }],
  }),
  forecastQuality: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/forecast/quality',
    access: 'read',
    sites: 'path',
    tag: 'Forecast',
    summary: 'Forecast accuracy of a site',
    description: 'Every forecast is scored when its time comes; per lot and horizon, over 7 and 28 days.',
    params: idParams,
    problems: [404, 503],
    answers: [{ status: 200, description: 'The scoreboard', schema: ['ForecastQuality', forecastQualitySchema] }],
  }),
  training: route({
    method: 'GET',
    path: '/api/v1/forecast/training',
    access: 'read',
    tag: 'Forecast',
    summary: 'The newest training: whether it runs, its progress and its result',
    problems: [503],
    answers: [{ status: 200, description: 'The training', schema: ['TrainingJob', trainingJobSchema] }],
  }),
  startTraining: route({
    method: 'POST',
    path: '/api/v1/forecast/training',
    journals: false,
    access: 'operate',
    tag: 'Forecast',
    summary: 'Train now, from the history of all sites',
    description: 'Answers at once. One runs at a time: who asks while it does is answered with that one.',
    problems: [503],
    answers: [{ status: 202, description: 'It begins', schema: ['TrainingJob', trainingJobSchema] }],
  }),
  cancelTraining: route({
    method: 'DELETE',
    path: '/api/v1/forecast/training',
    access: 'operate',
    tag: 'Forecast',
    summary: 'Cancel the training that runs',
    description: 'It stops within seconds; the next one goes on from where it was.',
    problems: [503],
    answers: [{ status: 200, description: 'The training', schema: ['TrainingJob', trainingJobSchema] }],
  }),
}
