/** How parking went: occupancy over time, counts of count zones, health of devices. */
import * as z from 'zod'
import {
  cityGroups,
  cityHistorySchema,
  deviceDaySchema,
  occupancyGroups,
  occupancyHistorySchema,
  occupancySteps,
  zoneCountSchema,
} from '../history.ts'
import { pageOf } from '../page.ts'
import { idParams, nameField, route, timeField } from '../route.ts'

/** Days that are answered when no begin is given. */
export const daysUsual = { occupancy: 1, counts: 1, health: 31 } as const

const deviceQuery = (days: number) =>
  z.strictObject({
    from: timeField().describe(`inclusive; default ${days} days before \`to\``),
    to: timeField().describe('exclusive; default now'),
    source: nameField,
  })

const stepQuery = {
  from: timeField().describe(`taken back to the begin of its step; default ${daysUsual.occupancy} day before \`to\``),
  to: timeField().describe('exclusive; default, and at most, now'),
  step: z.enum(occupancySteps).default('15m'),
}

export const historyRoutes = {
  occupancyHistory: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/occupancy/history',
    access: 'read',
    sites: 'path',
    tag: 'History',
    summary: 'Occupancy of one site over time, in even steps',
    description:
      'Folded from readings as they came. A step in which nothing changed is as the one before ended; the current step is answered as if nothing changed until its end. What is not known is null, and coverage is the share that is known.',
    params: idParams,
    query: z.strictObject({
      ...stepQuery,
      group: z
        .enum(occupancyGroups)
        .default('site')
        .describe('one series of the site, of each level, of each zone or of each bay type'),
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Series of steps', schema: ['OccupancyHistory', occupancyHistorySchema] }],
  }),
  cityOccupancyHistory: route({
    method: 'GET',
    path: '/api/v1/occupancy/history',
    access: 'read',
    tag: 'History',
    summary: 'Occupancy of the city over time, in even steps',
    description:
      'Of all sites together, as the history of one site. The sites add up to it in every step; a change that was reported more than a minute late counts in the city from when it came, and in its site from when it was.',
    query: z.strictObject({
      ...stepQuery,
      group: z.enum(cityGroups).default('city').describe('one series of the city, of each site or of each bay type'),
    }),
    problems: [503],
    answers: [{ status: 200, description: 'Series of steps', schema: ['CityHistory', cityHistorySchema] }],
  }),
  deviceCounts: route({
    method: 'GET',
    path: '/api/v1/devices/{id}/counts',
    access: 'read',
    tag: 'History',
    summary: 'Entries and exits of one counting device, by quarter of an hour',
    description: 'Oldest first; a quarter in which nothing was counted is left out.',
    params: idParams,
    query: deviceQuery(daysUsual.counts),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Counts', schema: ['ZoneCountPage', pageOf(zoneCountSchema)] }],
  }),
  deviceHealth: route({
    method: 'GET',
    path: '/api/v1/devices/{id}/health',
    access: 'read',
    tag: 'History',
    summary: 'Battery, temperature and signal of one device: the extremes of each UTC day',
    description: 'Oldest first; a day on which nothing of it was measured is left out.',
    params: idParams,
    query: deviceQuery(daysUsual.health),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Days', schema: ['DeviceDayPage', pageOf(deviceDaySchema)] }],
  }),
}
