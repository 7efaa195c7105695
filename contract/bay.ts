/** One bay, and occupancy of a site by level, zone and bay type. */
import * as z from 'zod'
import { occupancySchema } from './live.ts'
import { bayStates } from './vocabulary.ts'

export const baySchema = z
  .object({
    id: z.string(),
    site: z.string(),
    level: z.string(),
    zone: z.string().nullable(),
    type: z.string(),
    state: z.enum(bayStates),
    stale: z.boolean().describe('its sensor has been silent for longer than its promise, so its state is unknown'),
    since: z.string().nullable().describe('ISO 8601: when this state began, by device time; null when not known'),
    device: z
      .object({ id: z.string(), source: z.string() })
      .nullable()
      .describe('the device the state rests on; null: nobody watches this bay'),
    conflicts: z
      .array(z.object({ id: z.string(), source: z.string() }))
      .describe('devices that name this bay and do not watch it, because the layout assigns another one'),
    arrived: z.string().nullable().describe('ISO 8601: newest message of that device'),
    age_s: z.number().nullable().describe('seconds since then'),
  })
  .meta({
    examples: [
      {
        id: 'A-017',
        site: 'north',
        level: 'p1',
        zone: null,
        type: 'standard',
        state: 'occupied',
        stale: false,
        since: '2026-11-23T07:59:59.120Z',
        device: { id: 'A-017', source: 'http' },
        conflicts: [],
        arrived: '2026-11-23T07:59:59.410Z',
        age_s: 12.4,
      },
    ],
  })
export type BayDetail = z.infer<typeof baySchema>

const counts = { capacity: 120, free: 41, occupied: 74, reserved: 0, unknown: 4, closed: 1 }

export const siteOccupancySchema = z
  .object({
    site: z.string(),
    name: z.string(),
    occupancy: occupancySchema,
    rate: z.number().nullable().describe('share of known, open bays that are taken, 0..1; null when none is known'),
    levels: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        occupancy: occupancySchema,
        zones: z.array(z.object({ id: z.string(), name: z.string(), occupancy: occupancySchema })),
      }),
    ),
    types: z.array(z.object({ type: z.string(), occupancy: occupancySchema })),
    updated: z.string().nullable().describe('ISO 8601: arrival of the newest reading behind these numbers'),
  })
  .meta({
    examples: [
      {
        site: 'north',
        name: 'North Garage',
        occupancy: counts,
        rate: 0.643,
        levels: [{ id: 'p1', name: 'Level 1', occupancy: counts, zones: [] }],
        types: [{ type: 'standard', occupancy: counts }],
        updated: '2026-11-23T07:59:59.410Z',
      },
    ],
  })
export type SiteOccupancy = z.infer<typeof siteOccupancySchema>
