/**
 * Messages that did not become readings, by cause. They stand beside the message balance: they never reached the journal, or the journal
 * was damaged. A loss of unknown size has `frames: null` and is never shown as 0.
 */
import * as z from 'zod'
import { saturatedSchema } from './ledger.ts'
import { lossCauses, losses } from './vocabulary.ts'

const aboutCauses = lossCauses.map((cause) => `${cause} (${losses[cause].meaning}: ${losses[cause].about})`).join(', ')

export const lossSchema = z
  .object({
    cause: z.enum(lossCauses).describe(aboutCauses),
    source: z.string(),
    device: z.string().nullable().describe('the sensor, where the cause is known per sensor'),
    day: z.string().describe('UTC day on which it was noticed'),
    frames: z.int().nullable().describe('how many frames; null where the cause does not tell'),
    from: z.string().nullable().describe('begin of the interval, where there is one'),
    to: z.string().nullable().describe('its end; null while it lasts'),
    detail: z.string().describe('one sentence for people: what, where, and what would prevent it'),
  })
  .meta({
    examples: [
      {
        cause: 'sequence-gap',
        source: 'serial',
        device: 'bay-17',
        day: '2026-11-23',
        frames: 3,
        from: null,
        to: null,
        detail: 'Sensor bay-17: 3 numbers between 401 and 405 never came.',
      },
    ],
  })
export type Loss = z.infer<typeof lossSchema>

export const lossReportSchema = z
  .object({
    /** Newest day first. */
    items: z.array(lossSchema),
    next: z.string().nullable(),
    totals: z
      .array(
        z.object({
          cause: z.enum(lossCauses),
          frames: z.int().describe('known frames; 9007199254740991 means at least so many'),
          saturated: saturatedSchema,
          uncounted: z.int().describe('losses whose size cannot be known'),
        }),
      )
      .describe('by cause, of everything the filter matches'),
  })
  .meta({ examples: [{ items: [], next: null, totals: [{ cause: 'sequence-gap', frames: 3, uncounted: 0 }] }] })
export type LossReport = z.infer<typeof lossReportSchema>

/** One sensor on one UTC day of arrival. */
export const sensorDaySchema = z
  .object({
    day: z.string(),
    source: z.string(),
    device: z.string(),
    committed: z.int(),
    duplicate: z.int(),
    quarantined: z.int(),
    lost: z
      .int()
      .describe('missing sequence numbers; a late frame takes one away; 9007199254740991 means at least so many'),
    saturated: saturatedSchema,
  })
  .meta({
    examples: [
      { day: '2026-11-23', source: 'serial', device: 'bay-17', committed: 96, duplicate: 1, quarantined: 0, lost: 3 },
    ],
  })
export type SensorDay = z.infer<typeof sensorDaySchema>

export const discardSchema = z
  .object({
    id: z.string().regex(/^\d{1,16}\.\d{1,16}$/, 'must be pos.idx, as in the list'),
    reason: z.string().trim().min(3).max(400).describe('why these bytes are given up; kept in the ledger'),
  })
  .meta({ examples: [{ id: '912.0', reason: 'noise from the installation of 23 November' }] })

export const discardedSchema = z.object({ discarded: z.int() }).meta({ examples: [{ discarded: 1 }] })
