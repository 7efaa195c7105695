/** One bay, and occupancy: of a site by level, zone and bay type, of the city by site and bay type. */
import * as z from 'zod'
import { bayGatewaySchema } from './gateway.ts'
import { occupancySchema } from './live.ts'
import { overrideSchema } from './override.ts'
import { bayCauses, bayFlags, bayStates, bayTypes } from './vocabulary.ts'

export const baySchema = z
  .object({
    id: z.string(),
    site: z.string(),
    level: z.string(),
    zones: z.array(z.string()).describe('zones of its level'),
    types: z.array(z.enum(bayTypes)),
    state: z.enum(bayStates),
    stale: z.boolean().describe('its sensor has been silent for longer than its promise, so its state is unknown'),
    cause: z.enum(bayCauses).describe('what the state follows from; rule: silence, a dispute, a gateway offline'),
    flags: z.array(z.enum(bayFlags)).describe('doubts about the bay'),
    since: z.string().nullable().describe('ISO 8601: when this state began, by device time; null when not known'),
    gateway: bayGatewaySchema
      .nullable()
      .describe('the gateway that is offline and makes the bay unknown, and since when; null: none is offline now'),
    override: overrideSchema.nullable().describe('what a person set, while it counts; of its bays the first few'),
    device: z
      .object({ id: z.string(), source: z.string() })
      .nullable()
      .describe('the device that the state comes from; null: no device watches this bay'),
    assigned: z.array(z.string()).describe('devices that the layout assigns to it, heard or not'),
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
        zones: [],
        types: ['standard' as const],
        state: 'occupied',
        stale: false,
        cause: 'device' as const,
        flags: [],
        since: '2026-11-23T07:59:59.120Z',
        gateway: null,
        override: null,
        device: { id: 'A-017', source: 'http' },
        assigned: [],
        conflicts: [],
        arrived: '2026-11-23T07:59:59.410Z',
        age_s: 12.4,
      },
    ],
  })
export type BayDetail = z.infer<typeof baySchema>

export const bayHistorySchema = z
  .object({
    from: z.string(),
    to: z.string(),
    states: z
      .array(
        z.object({
          at: z.string().describe('ISO 8601: it begins'),
          state: z.enum(bayStates),
          cause: z.enum(bayCauses),
        }),
      )
      .describe('in their order; the first one may have begun before `from`. What is not covered is not known'),
  })
  .meta({
    examples: [
      {
        ...{ from: '2026-11-22T08:00:00.000Z', to: '2026-11-23T08:00:00.000Z' },
        states: [{ at: '2026-11-22T07:41:10.000Z', state: 'free' as const, cause: 'device' as const }],
      },
    ],
  })
export type BayHistory = z.infer<typeof bayHistorySchema>

/** A bay in the list. */
export const bayRowSchema = baySchema
  .pick({
    ...{ id: true, site: true, level: true, zones: true, types: true, state: true, stale: true, cause: true },
    ...{ flags: true, since: true, device: true, arrived: true, age_s: true },
  })
  .extend({
    rule: z
      .object({ max_stay_min: z.int(), grace_min: z.int() })
      .nullable()
      .describe('how long a vehicle may stay; null: no rule'),
    overstay: z
      .object({ arrival: z.string(), begun: z.string() })
      .nullable()
      .describe('the stay that goes on for longer than its rule allows, and since when; null: none is known'),
  })
  .meta({
    examples: [
      {
        ...{ id: 'A-017', site: 'north', level: 'p1', zones: [], types: ['standard' as const], state: 'occupied' },
        ...{ stale: false, cause: 'device' as const, flags: [], since: '2026-11-23T07:59:59.120Z' },
        ...{ device: { id: 'A-017', source: 'http' }, arrived: '2026-11-23T07:59:59.410Z', age_s: 12.4 },
        ...{ rule: { max_stay_min: 120, grace_min: 10 }, overstay: null },
      },
    ],
  })
export type BayRow = z.infer<typeof bayRowSchema>
/** A minus in front: the other way round. */
export const baySorts = ['plan', '-plan', 'since', '-since'] as const

const counts = { capacity: 119, free: 41, occupied: 74, reserved: 0, unknown: 4, closed: 1, live: 115 }

const shares = {
  rate: z.number().nullable().describe('share of known, open bays that are taken, 0..1; null when none is known'),
  live_share: z
    .number()
    .nullable()
    .describe('share of the capacity whose state rests on sensors that are heard, 0..1; null when all bays are closed'),
}
const typesSchema = z
  .array(z.object({ type: z.enum(bayTypes), occupancy: occupancySchema }))
  .describe('a bay of several types counts in each; places of count zones have no type')
const updated = z.string().nullable().describe('ISO 8601: arrival of the newest reading behind these numbers')

export const siteOccupancySchema = z
  .object({
    site: z.string(),
    name: z.string(),
    occupancy: occupancySchema,
    ...shares,
    levels: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        occupancy: occupancySchema,
        zones: z.array(z.object({ id: z.string(), name: z.string(), occupancy: occupancySchema })),
      }),
    ),
    types: typesSchema,
    updated,
  })
  .meta({
    examples: [
      {
        site: 'north',
        name: 'North Garage',
        occupancy: counts,
        rate: 0.643,
        live_share: 0.966,
        levels: [{ id: 'p1', name: 'Level 1', occupancy: counts, zones: [] }],
        types: [{ type: 'standard' as const, occupancy: counts }],
        updated: '2026-11-23T07:59:59.410Z',
      },
    ],
  })
export type SiteOccupancy = z.infer<typeof siteOccupancySchema>

export const cityOccupancySchema = z
  .object({
    name: z.string().describe('of the layout'),
    occupancy: occupancySchema.describe('of all sites'),
    ...shares,
    sites: z.array(z.object({ id: z.string(), name: z.string(), occupancy: occupancySchema })),
    types: typesSchema,
    updated,
  })
  .meta({
    examples: [
      {
        name: 'Harbour City',
        occupancy: counts,
        rate: 0.643,
        live_share: 0.966,
        sites: [{ id: 'north', name: 'North Garage', occupancy: counts }],
        types: [{ type: 'standard' as const, occupancy: counts }],
        updated: '2026-11-23T07:59:59.410Z',
      },
    ],
  })
export type CityOccupancy = z.infer<typeof cityOccupancySchema>
