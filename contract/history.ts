/**
 * How parking went: stays that ended, occupancy of places over time, counts of count zones, health of devices. Null is "not known" or
 * "not measured", never 0; an occupancy always stands beside the share of bays and time it was known for.
 */
import * as z from 'zod'
import { saturatedSchema } from './ledger.ts'
import { bayTypes } from './vocabulary.ts'

const time = z.string().describe('ISO 8601, UTC')

export const staySchema = z
  .object({
    bay: z.string().nullable().describe('null: of a device that watches no bay and claims none'),
    device: z.string().describe('that reported the arrival; empty: none did'),
    source: z.string(),
    arrival: time,
    departure: time,
    dwell_s: z.number().describe('departure less arrival, in seconds'),
    certain: z.boolean().describe('nothing of it is in doubt; false: the fields below say what is'),
    correction_counter: z
      .int()
      .describe(
        'late readings that it takes in: with each it is issued again, and the one of the highest counter is right',
      ),
    max_error_s: z
      .number()
      .nullable()
      .describe('upper bound on the error of arrival and departure, seconds; null: none is known'),
    hidden_max: z
      .int()
      .nullable()
      .describe('stays that may hide in it, by the numbers that are missing; null: not known'),
    overstay_min: z.int().nullable().describe('whole minutes beyond the limit; null: the bay had no rule'),
  })
  .meta({
    examples: [
      {
        bay: 'A-017',
        device: 'A-017',
        source: 'http',
        arrival: '2026-11-23T07:12:04.000Z',
        departure: '2026-11-23T07:59:59.120Z',
        dwell_s: 2_875.12,
        certain: true,
        correction_counter: 0,
        max_error_s: 0,
        hidden_max: 0,
        overstay_min: 17,
      },
    ],
  })
export type Stay = z.infer<typeof staySchema>

export const overstaySchema = z
  .object({
    site: z.string().nullable().describe('null: the layout does not know the bay any more'),
    bay: z.string(),
    arrival: time,
    begun: time.describe('when the stay was longer than its rule allows'),
    ended: time.nullable().describe('departure; null: it goes on'),
    overstay_min: z
      .int()
      .nullable()
      .describe('whole minutes beyond the limit that count by the rule; null: it goes on'),
    max_stay_min: z.int().describe('of the rule that was in effect'),
    grace_min: z.int(),
  })
  .meta({
    examples: [
      {
        site: 'north',
        bay: 'A-017',
        arrival: '2026-11-23T07:12:04.000Z',
        begun: '2026-11-23T07:42:04.000Z',
        ended: null,
        overstay_min: null,
        max_stay_min: 30,
        grace_min: 0,
      },
    ],
  })
export type Overstay = z.infer<typeof overstaySchema>

export const turnoverSchema = z
  .object({
    site: z.string(),
    time_zone: z.string().describe('IANA time zone of the site'),
    items: z.array(
      z.object({
        day: z.string().describe('local day of the site'),
        bay: z.string(),
        stays: z.int().describe('stays that ended on that day'),
        uncertain: z.int().describe('of them, those that are not certain'),
        dwell_s: z.number().describe('mean, seconds'),
        overstays: z.int(),
        overstay_min: z.int().describe('sum, minutes'),
      }),
    ),
  })
  .meta({
    examples: [
      {
        site: 'north',
        time_zone: 'Europe/Berlin',
        items: [
          {
            day: '2026-11-23',
            bay: 'A-017',
            stays: 6,
            uncertain: 1,
            dwell_s: 2_410,
            overstays: 2,
            overstay_min: 31,
          },
        ],
      },
    ],
  })

export const occupancySteps = ['1m', '15m'] as const
export const occupancyGroups = ['site', 'level', 'zone', 'type'] as const
export const cityGroups = ['city', 'site', 'type'] as const

export const occupancyPointSchema = z.object({
  start: time.describe('begin of the step, UTC'),
  capacity: z.int().nullable().describe('bays that are not closed; null: nothing is known of this time'),
  occupied: z.number().nullable().describe('mean number of occupied bays over the step, among those known'),
  occupied_min: z.int().nullable(),
  occupied_max: z.int().nullable(),
  rate: z.number().nullable().describe('occupied share of what was known, 0..1; null when nothing was known'),
  coverage: z.number().describe('share of bays x time for which the state was known, 0..1'),
  full: z.number().nullable().describe('share of the step in which every bay was known to be occupied, 0..1'),
})
export type OccupancyPoint = z.infer<typeof occupancyPointSchema>

export const occupancyHistorySchema = z
  .object({
    site: z.string(),
    time_zone: z.string().describe('IANA time zone of the site; all times here are UTC'),
    step: z.enum(occupancySteps),
    from: time,
    to: time,
    series: z.array(
      z.object({
        level: z.string().nullable().describe('null: the whole site'),
        zone: z.string().nullable().describe('null: the whole level'),
        type: z.enum(bayTypes).nullable().describe('bays of this type alone; null: of every type'),
        points: z.array(occupancyPointSchema),
      }),
    ),
  })
  .meta({
    examples: [
      {
        site: 'north',
        time_zone: 'Europe/Berlin',
        step: '15m',
        from: '2026-11-23T07:30:00.000Z',
        to: '2026-11-23T08:00:00.000Z',
        series: [
          {
            level: null,
            zone: null,
            type: null,
            points: [
              {
                start: '2026-11-23T07:30:00.000Z',
                capacity: 120,
                occupied: 73.6,
                occupied_min: 72,
                occupied_max: 75,
                rate: 0.634,
                coverage: 0.967,
                full: 0,
              },
              {
                start: '2026-11-23T07:45:00.000Z',
                capacity: 120,
                occupied: 74.2,
                occupied_min: 73,
                occupied_max: 76,
                rate: 0.64,
                coverage: 0.967,
                full: 0,
              },
            ],
          },
        ],
      },
    ],
  })
export type OccupancyHistory = z.infer<typeof occupancyHistorySchema>

export const cityHistorySchema = z
  .object({
    step: z.enum(occupancySteps),
    from: time,
    to: time,
    series: z.array(
      z.object({
        site: z.string().nullable().describe('null: the whole city'),
        type: z.enum(bayTypes).nullable().describe('bays of this type alone; null: of every type'),
        points: z.array(occupancyPointSchema),
      }),
    ),
  })
  .meta({
    examples: [
      {
        step: '15m',
        from: '2026-11-23T07:45:00.000Z',
        to: '2026-11-23T08:00:00.000Z',
        series: [
          {
            site: null,
            type: null,
            points: [
              {
                start: '2026-11-23T07:45:00.000Z',
                capacity: 240,
                occupied: 148.4,
                occupied_min: 146,
                occupied_max: 152,
                rate: 0.64,
                coverage: 0.967,
                full: 0,
              },
            ],
          },
        ],
      },
    ],
  })
export type CityHistory = z.infer<typeof cityHistorySchema>

export const zoneCountSchema = z
  .object({
    source: z.string(),
    start: time.describe('begin of the quarter of an hour, UTC'),
    entries: z.int(),
    exits: z.int(),
    saturated: saturatedSchema,
    resets: z.int().describe('times the counter was reset within it: what it counted meanwhile is unknown'),
  })
  .meta({ examples: [{ source: 'http', start: '2026-11-23T07:45:00.000Z', entries: 31, exits: 12, resets: 0 }] })
export type ZoneCount = z.infer<typeof zoneCountSchema>

const measured = z.number().nullable()
export const deviceDaySchema = z
  .object({
    day: z.string().describe('UTC day'),
    source: z.string(),
    min_battery_v: measured,
    min_battery_pct: measured,
    min_temperature_c: measured,
    max_temperature_c: measured,
    min_rssi_dbm: measured,
  })
  .meta({
    examples: [
      {
        day: '2026-11-23',
        source: 'lorawan',
        min_battery_v: 3.52,
        min_battery_pct: null,
        min_temperature_c: -2.5,
        max_temperature_c: 7.1,
        min_rssi_dbm: -108,
      },
    ],
  })
export type DeviceDay = z.infer<typeof deviceDaySchema>
