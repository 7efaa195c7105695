/** Care of devices: limits of a distance sensor from its own history, and when batteries are to be replaced. */
import * as z from 'zod'
import { presenceByDistanceSchema } from './layout.ts'

const outcomeSchema = z.object({
  occupied: z.int().describe('readings that would be a vehicle'),
  free: z.int(),
  between: z.int().describe('readings that would keep the state before them'),
  changes: z.int().describe('changes of state'),
})
const groupSchema = z.object({ readings: z.int(), median_mm: z.number() })
export const calibrationDoubts = ['few-readings', 'one-group', 'no-gap', 'small-group', 'more-groups'] as const

export const calibrationSchema = z
  .object({
    device: z.string(),
    from: z.string().nullable().describe('ISO 8601: oldest distance that was taken; null: there is none'),
    to: z.string().nullable(),
    readings: z.int().describe('with a distance, among about the newest 10,000 readings of 14 days'),
    histogram: z.object({ from_mm: z.number(), bin_mm: z.number(), counts: z.array(z.int()) }),
    suggestion: z
      .object({
        limits: presenceByDistanceSchema,
        near: groupSchema,
        far: groupSchema,
        gap_mm: z.tuple([z.number(), z.number()]).describe('no reading lies in it'),
      })
      .nullable(),
    why: z.enum(calibrationDoubts).nullable().describe('why nothing is suggested'),
    current: presenceByDistanceSchema.nullable().describe('as the layout has them; null: a distance is no presence'),
    outcomes: z
      .object({
        current: outcomeSchema.nullable(),
        suggested: outcomeSchema.nullable(),
        asked: outcomeSchema.nullable().describe('of the limits in the query'),
      })
      .describe('what the readings would have become'),
  })
  .meta({
    examples: [
      {
        ...{
          device: '70B3D57ED0001A2B',
          from: '2026-11-09T08:00:00.000Z',
          to: '2026-11-23T08:00:00.000Z',
          readings: 3,
        },
        histogram: { from_mm: 500, bin_mm: 50, counts: [2, 1] },
        ...{ suggestion: null, why: 'few-readings', current: null },
        outcomes: { current: null, suggested: null, asked: null },
      },
    ],
  })
export type Calibration = z.infer<typeof calibrationSchema>

export const batteryDoubts = ['no-level', 'no-curve', 'few-days', 'no-trend'] as const
export const batteryForecastSchema = z
  .object({
    device: z.string(),
    source: z.string(),
    bay: z.string().nullable(),
    model: z.string().nullable(),
    level_pct: z.number().nullable().describe('newest; null: none that is known'),
    low: z.boolean().describe('at 15 % or below: to be replaced now'),
    replace_before: z
      .string()
      .nullable()
      .describe('UTC day at which 15 % is reached by its faster decline so far. Null: cannot tell'),
    lasts_until: z
      .string()
      .nullable()
      .describe('UTC day at which 15 % is reached by its slower decline so far. Null: cannot tell, or over ten years'),
    why: z.enum(batteryDoubts).nullable().describe('why there is no forecast'),
  })
  .meta({
    examples: [
      {
        ...{ device: 'A-017', source: 'http', bay: 'A-017', model: null, level_pct: 31, low: false },
        ...{ replace_before: '2027-02-11', lasts_until: '2027-03-20', why: null },
      },
    ],
  })
export type BatteryForecastOnWire = z.infer<typeof batteryForecastSchema>
