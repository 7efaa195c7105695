/** How parking went: stays of bays and sites, occupancy over time, counts of count zones, health of devices. */
import * as z from 'zod'
import {
  deviceDaySchema,
  occupancyGroups,
  occupancyHistorySchema,
  occupancySteps,
  staySchema,
  zoneCountSchema,
} from '../history.ts'
import { pageOf } from '../page.ts'
import { cursorField, idParams, limitField, nameField, route, timeField } from '../route.ts'

const staysMax = 1_000
const staysUsual = 100
/** Days that are answered when no begin is given. */
export const daysUsual = { stays: 7, occupancy: 1, counts: 1, health: 31 } as const

const stayPage = pageOf(staySchema)
const staysQuery = z.strictObject({
  from: timeField().describe(`departure, inclusive; default ${daysUsual.stays} days before \`to\``),
  to: timeField().describe('departure, exclusive; default now'),
  cursor: cursorField,
  limit: limitField(staysMax, staysUsual),
})
const deviceQuery = (days: number) =>
  z.strictObject({
    from: timeField().describe(`inclusive; default ${days} days before \`to\``),
    to: timeField().describe('exclusive; default now'),
    source: nameField,
  })

export const historyRoutes = {
  baySessions: route({
    method: 'GET',
    path: '/api/v1/bays/{id}/sessions',
    access: 'read',
    tag: 'History',
    summary: 'Stays of one bay that ended, newest first',
    description:
      'Of the devices that watch the bay, claim it or are named as it. The stay that goes on is the `since` of the bay.',
    params: idParams,
    query: staysQuery,
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
  }),
  siteSessions: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/sessions',
    access: 'read',
    tag: 'History',
    summary: 'Stays of one site that ended, newest first',
    params: idParams,
    query: staysQuery,
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
  }),
  occupancyHistory: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/occupancy/history',
    access: 'read',
    tag: 'History',
    summary: 'Occupancy of one site over time, in even steps',
    description:
      'Folded from readings as they came. A step in which nothing changed is as the one before ended; the current step is answered as if nothing changed until its end. What is not known is null, and coverage is the share that is known.',
    params: idParams,
    query: z.strictObject({
      from: timeField().describe(
        `taken back to the begin of its step; default ${daysUsual.occupancy} day before \`to\``,
      ),
      to: timeField().describe('exclusive; default, and at most, now'),
      step: z.enum(occupancySteps).default('15m'),
      group: z.enum(occupancyGroups).default('site').describe('one series of the site, of each level or of each zone'),
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Series of steps', schema: ['OccupancyHistory', occupancyHistorySchema] }],
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
