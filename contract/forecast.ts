/**
 * The wire between the server and the forecaster: JSON lines, one message a line, answered by one line with the same `id`.
 *
 * A request carries all that a forecast rests on, pipeline included, so that the forecaster holds nothing it could lose: history it has seen
 * is remembered as a convenience, and can be sent again at any time. Rates are occupied share of known, open bays, 0..1; null is unknown.
 */
import * as z from 'zod'
import { forecastExperts, servings, trainingStages } from './vocabulary.ts'

/** Levels of the quantiles of the rate, in the order they are sent. */
export const forecastLevels = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] as const
export const forecastStepMinutes = 15
/** 12 weeks, the longest the features look back, and some. */
export const forecastHistoryStepsMax = 100 * 96
export const forecastLotsMax = 2_000

const instant = z.iso.datetime({ offset: true })
const date = z.iso.date()
const rate = z.number().min(0).max(1)
const id = z.string().min(1).max(128)

export const forecastLotSchema = z.object({
  id: id.describe('lot, level or zone that the site forecasts'),
  capacity: z.int().positive(),
  rates: z
    .array(rate.nullable())
    .max(forecastHistoryStepsMax)
    .describe('one a quarter of an hour, the first at `from`'),
  coverage: rate.optional().describe('share of its bays whose state is known now; absent: all'),
  closures: z
    .array(z.object({ from: instant, to: instant.optional(), why: z.string().optional() }))
    .optional()
    .describe('announced: no forecast is given within; without an end until further notice'),
})

export const siteHistorySchema = z.object({
  site: id,
  zone: z.string().describe('IANA time zone: demand follows local clocks'),
  from: instant.describe('of the first rate; a whole quarter of an hour'),
  lots: z.array(forecastLotSchema).max(forecastLotsMax),
  holidays: z.array(date).optional(),
  school_holidays: z.array(date).optional(),
})
export type SiteHistory = z.infer<typeof siteHistorySchema>

export const pipelineStateSchema = z.object({
  depth: z.int().min(0).describe('frames taken in and not yet folded into the rates'),
  lag_s: z.number().min(0).describe('age of the oldest of them'),
  as_of: instant.describe('newest arrival behind the rates'),
  coverage: rate.describe('share of all bays of the site whose state is known'),
  usual_silence_s: z
    .number()
    .min(0)
    .optional()
    .describe('how long this site is used to hearing nothing for, as small ones do at night; absent: 0'),
})
export type PipelineState = z.infer<typeof pipelineStateSchema>

/** What needs no fitting: the last rate, that of this hour yesterday and last week, and the mean of this hour on the last four weekdays. */
export const simpleBaselines = ['persistence', 'day', 'week', 'weeks'] as const
export type SimpleBaseline = (typeof simpleBaselines)[number]

export const forecastRequestSchema = siteHistorySchema.extend({
  type: z.literal('forecast'),
  id,
  now: instant.describe('the origin: forecasts count from the quarter of an hour that has ended by then'),
  pipeline: pipelineStateSchema,
  append: z.boolean().optional().describe('the rates continue what was sent before; absent or false: they replace it'),
  at: z.array(instant).optional().describe('further instants wanted, within 24 h'),
  free_at_least: z.array(z.int().min(1)).optional().describe('for each: the probability of at least so many free'),
})
export type ForecastRequest = z.infer<typeof forecastRequestSchema>

/** History alone, a part of it at a time: a line of a large site's whole history is too much at once. */
export const rememberRequestSchema = siteHistorySchema.extend({
  type: z.literal('remember'),
  id,
  append: z.boolean().optional().describe('as in a forecast request'),
})
export type RememberRequest = z.infer<typeof rememberRequestSchema>
export const rememberedSchema = z.object({ type: z.literal('remembered'), id })

export const expertSharesSchema = z
  .partialRecord(z.enum(forecastExperts), z.number().min(0).max(1))
  .describe('how much each expert counts, adding up to 1; those that count nothing are absent')
export type ExpertShares = z.infer<typeof expertSharesSchema>

export const forecastPointSchema = z.object({
  minutes: z.int().describe('ahead of the origin'),
  at: instant,
  served: z.enum(servings).describe('model: the network is among the experts that speak; baseline: others alone'),
  experts: expertSharesSchema.optional(),
  why: z.string(),
  widened: z.number().min(1).describe('factor on the intervals for stale or lagging input; 1: fresh'),
  rate: z.array(rate).nullable().describe('quantiles at the levels, ascending; null when withheld'),
  free: z.array(z.int()).nullable().describe('free spaces at the same levels of rate, descending'),
  p_free: z.array(z.object({ k: z.int(), p: z.number().min(0).max(1) })),
  model: rate.nullable().describe('median of the network, for the scoreboard, served or not'),
  baseline: rate.nullable().describe('the seasonal anchor, likewise; null where it has nothing to say'),
})
export type ForecastPoint = z.infer<typeof forecastPointSchema>

export const forecastAnswerSchema = z.object({
  type: z.literal('forecast'),
  id,
  site: id,
  origin: instant,
  pipeline: pipelineStateSchema,
  model: z.string().describe('which weights: hash of their file'),
  took_ms: z.number(),
  lots: z.array(z.object({ id, points: z.array(forecastPointSchema), at: z.array(forecastPointSchema) })),
})
export type ForecastAnswer = z.infer<typeof forecastAnswerSchema>

/** A forecast as stored by the server until its time comes. */
export const issuedForecastSchema = z.object({
  lot: z.string(),
  minutes: z.int(),
  at: instant,
  served: z.enum(['model', 'baseline']),
  rate: z.array(rate).length(forecastLevels.length),
  model: rate.nullable(),
  baseline: rate.nullable(),
  others: z
    .record(z.enum(simpleBaselines), rate.nullable())
    .optional()
    .describe('what the simple baselines forecast at that time'),
  hindcast: z.boolean().optional().describe('made afterwards, from what was known then'),
})
export type IssuedForecast = z.infer<typeof issuedForecastSchema>

export const scoreRequestSchema = z.object({
  type: z.literal('score'),
  id,
  now: instant,
  forecasts: z.array(issuedForecastSchema),
  actuals: z.array(z.object({ lot: z.string(), at: instant, rate })),
})
export type ScoreRequest = z.infer<typeof scoreRequestSchema>

const figuresSchema = z.object({
  count: z.int(),
  mae: z.number(),
  rmse: z.number(),
  pinball: z.number(),
  coverage80: z.number(),
  coverage95: z.number(),
  model_mae: z.number().nullable(),
  baseline_mae: z.number().nullable(),
  others_mae: z.record(z.enum(simpleBaselines), z.number()).nullable().optional(),
  hindcasts: z.int().optional().describe('so many of them were made afterwards, from what was known then'),
})

export const scoreboardSchema = z.object({
  type: z.literal('score'),
  id,
  cells: z.array(
    z.object({ lot: z.string(), minutes: z.int(), days7: figuresSchema.nullable(), days28: figuresSchema.nullable() }),
  ),
  calibration: z
    .array(z.object({ minutes: z.int(), level: z.number(), observed: z.number(), count: z.int() }))
    .describe('share of truths at or below each quantile, last 28 days'),
  drift: z.array(z.object({ lot: z.string(), minutes: z.int(), why: z.string() })),
})
export type Scoreboard = z.infer<typeof scoreboardSchema>

export const forecasterMessageSchema = z.discriminatedUnion('type', [
  forecastRequestSchema,
  rememberRequestSchema,
  scoreRequestSchema,
])
export type ForecasterMessage = z.infer<typeof forecasterMessageSchema>

export const forecasterRefusalSchema = z.object({
  type: z.literal('refused'),
  id: z.string().nullable(),
  why: z.string(),
})

/** Output of `train` on its standard output with `--progress json`. */
export const trainingProgressSchema = z.object({
  stage: z.enum(trainingStages),
  step: z.int(),
  steps: z.int(),
  loss: z.number(),
  samples_per_s: z.number(),
  eta_s: z.number().nullable(),
  validation: z.number().optional(),
  held_out: z.number().optional().describe('error on the newest days, which neither learning nor the early stop saw'),
  held_out_before: z.number().optional().describe('that of the weights it began with, on the same days'),
  held_out_days: z.int().optional(),
})
export type TrainingProgress = z.infer<typeof trainingProgressSchema>
