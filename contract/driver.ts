/** One lot as drivers and their programs read it. What may not be shown as current is null. */
import * as z from 'zod'
import { occupancySchema } from './live.ts'
import { bayTypes } from './vocabulary.ts'

const time = z.string().nullable()

export const driverLotSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    zone: z.string().describe('IANA time zone'),
    live: z.boolean().describe('false: the numbers are not those of now, and are left out'),
    live_until: time.describe('ISO 8601: when they last were; null while live, and where it is not known'),
    open: z.boolean(),
    changes: time.describe('when it closes or opens next; null: not within a week'),
    occupancy: occupancySchema.nullable(),
    types: z.array(z.object({ type: z.enum(bayTypes), occupancy: occupancySchema.nullable() })),
    levels: z.array(z.object({ id: z.string(), name: z.string(), occupancy: occupancySchema.nullable() })),
    updated: time.describe('arrival of the newest reading'),
    place: z.object({ lat: z.number(), lon: z.number() }).nullable().describe('WGS 84; null: not known'),
    ahead: z.object({
      at: z.string(),
      chances: z.int().nullable().describe('of twenty that at least one bay is free, rounded down; null: no forecast'),
      free_from: z.int().nullable().describe('lower end of the 80 % range'),
      free_to: z.int().nullable(),
      why: z
        .string()
        .nullable()
        .describe(
          'why there is no chance: off, starting, old, history, data, closed, beyond, or usual where its ranges were wrong too often',
        ),
    }),
  })
  .meta({
    examples: [
      {
        ...{ id: 'station', name: 'Station', zone: 'Europe/Berlin', live: true, live_until: null },
        ...{ open: true, changes: '2026-11-23T21:00:00.000Z' },
        occupancy: { capacity: 119, free: 41, occupied: 74, reserved: 0, unknown: 4, closed: 1, live: 115 },
        types: [],
        levels: [],
        updated: '2026-11-23T07:59:59.410Z',
        place: { lat: 51.96045, lon: 7.62571 },
        ahead: { at: '2026-11-23T17:30:00.000Z', chances: 17, free_from: 0, free_to: 34, why: null },
      },
    ],
  })
export type DriverLotAnswer = z.infer<typeof driverLotSchema>
