/** States of bays that people set: they outrank every sensor until they end. */
import * as z from 'zod'
import { baysMax } from './layout.ts'
import { occupancySchema } from './live.ts'
import { shownText } from './shown-text.ts'
import { bayCauses, bayFlags, bayStates, countStates, settableStates } from './vocabulary.ts'

/** Bays of one override. */
export const overrideBaysMax = 50_000
export const reasonCharsMax = 500
const occasionCharsMax = 200
/** Ten years: a bay that is closed for longer is closed in the layout. */
export const minutesMax = 10 * 366 * 24 * 60
/** Of the list. */
export const overrideBaysShown = 20

const id = z.string().min(1).max(128)
const overrideId = id.refine((text) => /^[\w.:-]+$/.test(text), 'must be letters, digits and _ . : - only')

const moment = z.iso.datetime({
  offset: true,
  error: 'must be ISO 8601 with offset, such as 2026-11-23T18:00:00Z',
})

export const newOverrideSchema = z
  .strictObject({
    id: overrideId
      .optional()
      .describe('given by the caller: sent again with the same content it is the same override; absent: one is made'),
    bays: z.array(id).min(1).max(baysMax).optional().describe(`ids of bays, at most ${overrideBaysMax}`),
    site: id.optional().describe('in place of `bays`: every bay of this site'),
    level: id.optional().describe('with `site`: of this level only'),
    zone: id.optional().describe('with `site` and `level`: of this zone only'),
    state: z.enum(settableStates),
    from: moment.optional().describe('planned ahead, at most ten years: when it begins; absent: at once'),
    until: moment.optional().describe('when it ends; without it and `minutes` it stays until a person ends it'),
    minutes: z.int().min(1).max(minutesMax).optional().describe('in place of `until`: from its begin on'),
    reason: shownText(reasonCharsMax).describe('why: kept with it, and shown'),
    occasion: shownText(occasionCharsMax)
      .optional()
      .describe('name of the event for which many bays are taken out of service'),
  })
  .meta({
    examples: [
      {
        bays: ['A-017', 'A-018'],
        state: 'closed' as const,
        until: '2026-11-23T18:00:00Z',
        reason: 'Painting the lines',
      },
    ],
  })
export type NewOverride = z.infer<typeof newOverrideSchema>

const example = {
  id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1',
  bays: ['A-017', 'A-018'],
  bay_count: 2,
  state: 'closed' as const,
  since: '2026-11-23T08:00:00.000Z',
  until: '2026-11-23T18:00:00.000Z',
  author: 'duty desk',
  reason: 'Painting the lines',
  occasion: null,
  ended: null,
  ended_by: null,
}

export const overrideSchema = z
  .object({
    id: z.string(),
    bays: z.array(z.string()).describe(`in a list: the first ${overrideBaysShown} of them`),
    bay_count: z.int(),
    state: z.enum(settableStates),
    since: z.string().describe('ISO 8601; later than now: it is planned'),
    until: z.string().nullable().describe('when it expires; null: not before a person ends it'),
    author: z.string(),
    reason: z.string(),
    occasion: z.string().nullable(),
    ended: z
      .string()
      .nullable()
      .describe('null while it is in force or planned; earlier than `since`: it was withdrawn before it began'),
    ended_by: z.string().nullable().describe('who ended it; null: it expired, or has not ended'),
  })
  .meta({ examples: [example] })
export type Override = z.infer<typeof overrideSchema>

export const overrideAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: example.id, record: 184_224 }] })

const counts = { capacity: 1, free: 0, occupied: 1, reserved: 0, unknown: 0, closed: 0, live: 1 }

/** The state of every bay at a moment. */
export const pastStateSchema = z
  .object({
    at: z.string(),
    known_from: z
      .string()
      .nullable()
      .describe('the moment from which on states are known whole; null: none is kept. Before it, bays are unknown'),
    known_to: z
      .string()
      .nullable()
      .describe('the moment up to which processing has come; two minutes later bays are unknown'),
    layout_version: z.int().nullable().describe('of the layout that was in effect; null: there was none'),
    occupancy: occupancySchema,
    bays: z.array(
      z.object({
        id: z.string(),
        site: z.string(),
        level: z.string(),
        state: z.enum(bayStates),
        since: z.string().nullable().describe('null: not known'),
        cause: z.enum(bayCauses),
        flags: z.array(z.enum(bayFlags)),
        override: z.string().nullable().describe('id of the override that it rested on'),
      }),
    ),
    count_zones: z
      .array(
        z.object({
          ...{ site: z.string(), level: z.string(), zone: z.string() },
          state: z.enum(countStates).describe('unknown too where nothing is kept of that moment'),
          changed: z.string().nullable().describe('when it became as it was then; null: not known'),
          capacity: z.int(),
          offset: z.int(),
          vehicles: z.int().nullable().describe('counted in it; null: it was not set, or it is not known'),
          band: z.object({ low: z.int(), high: z.int() }).nullable().describe('the vehicles in it lay between these'),
          free: z
            .int()
            .nullable()
            .describe('places that were free, those of its bays with them; null unless the state is known'),
        }),
      )
      .describe('of the layout of that moment, as GET /api/v1/count-zones had them'),
  })
  .meta({
    examples: [
      {
        at: '2026-11-22T12:00:00.000Z',
        known_from: '2026-11-01T00:00:00.000Z',
        known_to: '2026-11-23T08:00:00.000Z',
        layout_version: 2,
        occupancy: counts,
        bays: [
          {
            ...{ id: 'A-017', site: 'north', level: 'p1', state: 'occupied' as const },
            ...{ since: '2026-11-22T11:42:10.000Z', cause: 'device' as const, flags: [], override: null },
          },
        ],
        count_zones: [
          {
            ...{ site: 'north', level: 'p1', zone: 'deck', state: 'known' as const },
            ...{ changed: '2026-11-22T11:59:40.000Z', capacity: 120, offset: 2, vehicles: 61 },
            ...{ band: { low: 57, high: 65 }, free: 53 },
          },
        ],
      },
    ],
  })
export type PastState = z.infer<typeof pastStateSchema>
