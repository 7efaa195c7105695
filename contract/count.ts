/** Count zones: how many vehicles are in them by their gates, how sure that is, and who has corrected it. */
import * as z from 'zod'
import { shownText } from './shown-text.ts'
import { countChanges, countStates } from './vocabulary.ts'

const id = z.string().min(1).max(128)
const recountId = id.refine((text) => /^[\w.:-]+$/.test(text), 'must be letters, digits and _ . : - only')
export const recountReasonCharsMax = 500

const name = { site: z.string(), level: z.string(), zone: z.string() }
const nameExample = { site: 'north', level: 'p1', zone: 'deck' }

export const newRecountSchema = z
  .strictObject({
    id: recountId
      .optional()
      .describe('given by the caller: sent again with the same content it is the same recount; absent: one is made'),
    site: id,
    level: id,
    zone: id,
    vehicles: z.int().min(0).max(1_000_000).describe('in the zone now, at most its capacity'),
    reason: shownText(recountReasonCharsMax).describe('why or how it was counted: kept with it, and shown'),
  })
  .meta({ examples: [{ ...nameExample, vehicles: 41, reason: 'Counted on foot' }] })
export type NewRecount = z.infer<typeof newRecountSchema>

const band = z.object({ low: z.int(), high: z.int() })

export const countZoneSchema = z
  .object({
    ...name,
    name: z.string(),
    state: z
      .enum(countStates)
      .describe(
        'unknown: never set; stale: a gate is not heard; uncertain: the band is too wide to be useful, or the bays contradict it',
      ),
    since: z
      .string()
      .nullable()
      .describe(
        'of the state, ISO 8601; null: it has had none since the zone is in the layout, or it is stale by the clock of the server and processing has not come to that yet',
      ),
    capacity: z.int(),
    offset: z.int().describe('of the layout: taken on top of the count'),
    vehicles: z.int().nullable().describe('counted in it; null: never set'),
    band: band.nullable().describe('the vehicles in it lie between these, at nearly every moment'),
    free: z
      .int()
      .nullable()
      .describe(
        'places that are free, those of its bays with them: as many as its occupancy has; null unless the state is known',
      ),
    set: z
      .object({ at: z.string(), vehicles: z.int() })
      .nullable()
      .describe('the newest recount or reset, from which gates count on'),
    entries: z.int().describe('counted since it was set'),
    exits: z.int(),
    cut: z
      .object({ empty: z.int(), full: z.int() })
      .describe('since it was set: exits from an empty zone and entries into a full one, which cannot be'),
    mismatch: z
      .object({ since: z.string(), vehicles: z.int() })
      .nullable()
      .describe(
        'by how many vehicles the count and the bays of the zone contradict each other; above 0: more are counted',
      ),
    reset: z.object({ at: z.string(), vehicles: z.int() }).nullable().describe('of the layout, local time of the site'),
    silent: z
      .array(z.string())
      .describe('devices of its gates that are not heard, or have not counted since they were not'),
    counted: z.string().nullable().describe('ISO 8601: newest time at which a gate has counted'),
    arrived: z.string().nullable().describe('ISO 8601: newest message of a device of its gates'),
    age_s: z.number().nullable().describe('seconds since then'),
  })
  .meta({
    examples: [
      {
        ...{ ...nameExample, name: 'Upper deck', state: 'known' as const, since: '2026-11-23T03:00:00.000Z' },
        ...{ capacity: 120, offset: 2, vehicles: 61, band: { low: 57, high: 65 }, free: 53 },
        ...{ set: { at: '2026-11-23T03:00:00.000Z', vehicles: 0 }, entries: 93, exits: 32 },
        ...{ cut: { empty: 0, full: 0 }, mismatch: null, reset: { at: '04:00', vehicles: 0 }, silent: [] },
        ...{ counted: '2026-11-23T07:59:40.000Z', arrived: '2026-11-23T07:59:40.210Z', age_s: 12.4 },
      },
    ],
  })
export type CountZone = z.infer<typeof countZoneSchema>

export const countChangeSchema = z
  .object({
    ...name,
    change: z
      .enum(countChanges)
      .describe('empty and full: vehicles that the limit of the zone cut off, added up by the quarter of an hour'),
    id: z.string().nullable().describe('of the recount'),
    at: z.string().describe('ISO 8601; of empty and full: begin of the quarter, or of the recount or reset within it'),
    vehicles: z.int().describe('in the zone after it'),
    before: z.int().nullable().describe('counted before it; null: not known'),
    difference: z.int().nullable().describe('of a recount or reset: by how much it changed the count'),
    traffic: z.int().describe('vehicles counted since the change before it'),
    cut: z.int().describe('vehicles that the limit cut off'),
    author: z.string().nullable().describe('null: no person made it'),
    reason: z.string(),
  })
  .meta({
    examples: [
      {
        ...{ ...nameExample, change: 'recount' as const, id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1' },
        ...{ at: '2026-11-23T08:00:00.000Z', vehicles: 41, before: 44, difference: -3, traffic: 125, cut: 0 },
        ...{ author: 'duty desk', reason: 'Counted on foot' },
      },
    ],
  })
export type CountChangeOnWire = z.infer<typeof countChangeSchema>

export const recountAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1', record: 184_225 }] })
