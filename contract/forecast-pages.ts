/**
 * Forecasts as drivers, pages and signs read them: quantiles by lot and horizon, what was served and why, how good it has been. Times are
 * ISO 8601 in UTC; rates are the occupied share of known, open bays. What is not known is null, never 0.
 */
import * as z from 'zod'
import {
  expertSharesSchema,
  forecastLevels,
  pipelineStateSchema,
  simpleBaselines,
  trainingProgressSchema,
} from './forecast.ts'
import { servings, trainingJobStates } from './vocabulary.ts'

const quantiles = z.array(z.number()).length(forecastLevels.length)

export const lotForecastPointSchema = z.object({
  at: z.string(),
  minutes: z.int().describe('ahead of `origin`'),
  served: z.enum(servings).describe('model: the network is among the experts that speak; baseline: others alone'),
  experts: expertSharesSchema.optional(),
  why: z.string().describe('one sentence: why this one was served, or nothing was'),
  widened: z.number().describe('factor on the intervals for stale or lagging input; 1: fresh'),
  rate: quantiles.nullable().describe('at the levels, ascending'),
  free: quantiles.nullable().describe('free spaces at the same levels of rate, so descending'),
  p_free: z.array(z.object({ k: z.int(), p: z.number() })).describe('probability that at least k are free'),
})
export type LotForecastPoint = z.infer<typeof lotForecastPointSchema>

export const lotForecastSchema = z.object({
  id: z.string(),
  name: z.string(),
  capacity: z.int(),
  history_days: z.number().describe('how much history there is; below 14 the network does not speak yet'),
  observed: z
    .array(z.object({ at: z.string(), rate: z.number().nullable() }))
    .describe('the last 9 hours, each 15 minutes'),
  closures: z
    .array(z.object({ from: z.string(), to: z.string().optional(), why: z.string() }))
    .optional()
    .describe('known within the next day; no forecast is given for a minute within one'),
  points: z.array(lotForecastPointSchema).describe('each horizon, and the instants asked for with `at`'),
})
export type LotForecast = z.infer<typeof lotForecastSchema>

export const siteForecastSchema = z
  .object({
    site: z.string(),
    state: z
      .enum(['fresh', 'stale', 'starting', 'off'])
      .describe('starting: none issued yet; stale: the newest is old or rests on old input; off: no forecaster runs'),
    origin: z.string().nullable().describe('what the forecasts count from; null before the first'),
    issued: z.string().nullable(),
    model: z.string().nullable().describe('hash of the weights'),
    levels: z.array(z.number()),
    pipeline: pipelineStateSchema.nullable().describe('what the forecast rested on'),
    lots: z.array(lotForecastSchema),
  })
  .meta({
    examples: [
      {
        site: 'centre',
        state: 'starting',
        origin: null,
        issued: null,
        model: null,
        levels: [...forecastLevels],
        pipeline: null,
        lots: [],
      },
    ],
  })
export type SiteForecast = z.infer<typeof siteForecastSchema>

const figures = z.object({
  count: z.int(),
  mae: z.number().describe('of what was served, in points of rate'),
  pinball: z.number(),
  coverage80: z.number(),
  coverage95: z.number(),
  model_mae: z.number().nullable(),
  baseline_mae: z.number().nullable().describe('of the seasonal anchor'),
  others_mae: z
    .record(z.enum(simpleBaselines), z.number())
    .nullable()
    .optional()
    .describe('of the last rate, this hour yesterday, last week, and the mean of this hour on the last four weekdays'),
  hindcasts: z.int().optional().describe('so many of `count` were made afterwards, from what was known then'),
})

export const forecastQualitySchema = z
  .object({
    site: z.string(),
    scored: z.string().nullable().describe('when the scoreboard was last made; null before the first'),
    model: z
      .object({
        hash: z.string(),
        name: z.string(),
        trained: z.string().nullable(),
        rows: z.int().nullable(),
        parameters: z.int().nullable(),
      })
      .nullable(),
    cells: z.array(
      z.object({
        lot: z.string(),
        minutes: z.int(),
        days7: figures.nullable(),
        days28: figures.nullable(),
      }),
    ),
    calibration: z.array(z.object({ minutes: z.int(), level: z.number(), observed: z.number(), count: z.int() })),
    drift: z.array(z.object({ lot: z.string(), minutes: z.int(), why: z.string() })),
  })
  .meta({ examples: [{ site: 'centre', scored: null, model: null, cells: [], calibration: [], drift: [] }] })
export type ForecastQuality = z.infer<typeof forecastQualitySchema>

export const trainingJobSchema = z
  .object({
    state: z.enum(trainingJobStates),
    started: z.string().nullable(),
    ended: z.string().nullable(),
    progress: trainingProgressSchema.nullable(),
    detail: z.string().describe('one sentence: what it did, why it failed, or what it waits for'),
    verdict: z
      .object({
        served: z.boolean().describe('false: kept aside, what served before stays'),
        days: z.int().describe('the newest, held out from the training'),
        error: z.number().describe('mean pinball loss on them, over the usual error of the baseline'),
        before: z.number().describe('that of the weights that served before'),
      })
      .nullable()
      .optional()
      .describe('of a training that is done: how its weights were judged'),
  })
  .meta({
    examples: [{ state: 'never', started: null, ended: null, progress: null, detail: 'No training has run yet.' }],
  })
export type TrainingJob = z.infer<typeof trainingJobSchema>

/** Sent on the stream, topic `forecast`: a new one can be fetched. */
export const forecastIssuedSchema = z.object({ site: z.string(), issued: z.string() })
export type ForecastIssued = z.infer<typeof forecastIssuedSchema>
