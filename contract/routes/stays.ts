/** Stays of bays and sites, overstays, turnover. */
import * as z from 'zod'
import { overstaySchema, staySchema, turnoverSchema } from '../history.ts'
import { pageOf } from '../page.ts'
import { cursorField, idParams, limitField, nameField, route, timeField } from '../route.ts'

const staysMax = 1_000
const staysUsual = 100
/** Days that are answered when no begin is given. */
export const stayDaysUsual = { stays: 7, turnover: 7 } as const
export const overstayStates = ['current', 'ended'] as const

const stayPage = pageOf(staySchema)
const staysFields = {
  from: timeField().describe(`departure, inclusive; default ${stayDaysUsual.stays} days before \`to\``),
  to: timeField().describe('departure, exclusive; default now'),
  cursor: cursorField,
  limit: limitField(staysMax, staysUsual),
}
const staysQuery = z.strictObject(staysFields)
const dayField = z.iso.date({ error: 'must be a day such as 2026-11-23' }).optional()

export const stayRoutes = {
  stays: route({
    method: 'GET',
    path: '/api/v1/stays',
    access: 'read',
    sites: 'query',
    tag: 'History',
    summary: 'Stays that ended, newest first',
    description:
      'Of a bay, of a site, or of all bays. A stay follows its bay, also when another device watches it. Stays that go on are not among them.',
    query: z.strictObject({ bay: nameField, site: nameField, ...staysFields }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
  }),
  overstays: route({
    method: 'GET',
    path: '/api/v1/overstays',
    access: 'read',
    sites: 'query',
    tag: 'History',
    summary: 'Overstays that go on, longest first, or that ended, newest first',
    description:
      'One is known when it begins: with the first reading or heartbeat behind the moment at which the stay was longer than its rule allows. It is taken back when a departure before that moment is reported later. Of those that ended the ones of at least a whole minute are listed, which are those that sums count.',
    query: z.strictObject({
      state: z.enum(overstayStates).default('current'),
      bay: nameField,
      site: nameField,
      from: timeField().describe(
        `of those that ended: departure, inclusive; default ${stayDaysUsual.stays} days before \`to\``,
      ),
      to: timeField().describe('of those that ended: departure, exclusive; default now'),
      cursor: cursorField,
      limit: limitField(staysMax, staysUsual),
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of overstays', schema: ['OverstayPage', pageOf(overstaySchema)] }],
  }),
  turnover: route({
    method: 'GET',
    path: '/api/v1/turnover',
    access: 'read',
    sites: 'query',
    tag: 'History',
    summary: 'How many stays each bay of a site had on each local day',
    description: 'By day, oldest first, then by bay. A bay without a stay that ended on a day is left out there.',
    query: z.strictObject({
      site: z.string().min(1).max(128),
      from: dayField.describe(`local day, inclusive; default ${stayDaysUsual.turnover} days before \`to\``),
      to: dayField.describe('local day, exclusive; default tomorrow'),
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Stays by bay and day', schema: ['Turnover', turnoverSchema] }],
  }),
  baySessions: route({
    method: 'GET',
    path: '/api/v1/bays/{id}/sessions',
    access: 'read',
    sites: 'bay',
    tag: 'History',
    summary: 'Stays of one bay that ended, newest first',
    description: 'Also of devices that watched it before. Stays that go on are not among them.',
    params: idParams,
    query: staysQuery,
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
  }),
  siteSessions: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/sessions',
    access: 'read',
    sites: 'path',
    tag: 'History',
    summary: 'Stays of one site that ended, newest first',
    params: idParams,
    query: staysQuery,
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
  }),
}
