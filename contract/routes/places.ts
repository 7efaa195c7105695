/** Single places, and the figures over all of them. */
import * as z from 'zod'
import {
  bayHistorySchema,
  bayRowSchema,
  baySchema,
  baySorts,
  cityOccupancySchema,
  siteOccupancySchema,
} from '../bay.ts'
import { kpiSchema, siteSummarySchema } from '../live.ts'
import { pageOf } from '../page.ts'
import { cursorField, idParams, limitField, nameField, route, timeField } from '../route.ts'
import { bayStates, bayTypes } from '../vocabulary.ts'
import { statesAnswer, statesHeaders } from './live.ts'

export const placeRoutes = {
  site: route({
    method: 'GET',
    path: '/api/v1/sites/{id}',
    access: 'read',
    sites: 'path',
    tag: 'Live',
    summary: 'One site',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'The site', schema: ['SiteSummary', siteSummarySchema] }],
  }),
  siteSnapshot: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/snapshot',
    access: 'read',
    sites: 'path',
    tag: 'Live',
    summary: 'State of every bay of one site',
    params: idParams,
    problems: [404],
    answers: [
      {
        ...statesAnswer,
        description: 'One octet per bay of the site, from plan index x-from to before x-to.',
        headers: {
          ...statesHeaders,
          'x-from': 'plan index of the first octet',
          'x-to': 'plan index after the last',
        },
      },
    ],
  }),
  siteOccupancy: route({
    method: 'GET',
    path: '/api/v1/sites/{id}/occupancy',
    access: 'read',
    sites: 'path',
    tag: 'Live',
    summary: 'Occupancy of one site by level, zone and bay type',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'Counts', schema: ['SiteOccupancy', siteOccupancySchema] }],
  }),
  cityOccupancy: route({
    method: 'GET',
    path: '/api/v1/occupancy',
    access: 'read',
    sites: 'public',
    tag: 'Live',
    summary: 'Occupancy of the city, which is all sites, by site and bay type',
    answers: [{ status: 200, description: 'Counts', schema: ['CityOccupancy', cityOccupancySchema] }],
  }),
  bays: route({
    method: 'GET',
    path: '/api/v1/bays',
    access: 'read',
    sites: 'query',
    tag: 'Live',
    summary: 'Bays: state, since when, device, rule',
    description:
      'Those that fit all filters, in the order of the plan unless `sort` names another. Bays whose begin of state is not known come last.',
    query: z.strictObject({
      id: nameField.describe('this bay only'),
      site: nameField,
      level: nameField,
      zone: nameField,
      type: z.enum(bayTypes).optional(),
      state: z.enum(bayStates).optional(),
      sort: z.enum(baySorts).default('plan'),
      cursor: cursorField,
      limit: limitField(1_000, 100),
    }),
    answers: [{ status: 200, description: 'A page of bays', schema: ['BayPage', pageOf(bayRowSchema)] }],
  }),
  bay: route({
    method: 'GET',
    path: '/api/v1/bays/{id}',
    access: 'read',
    sites: 'bay',
    tag: 'Live',
    summary: 'One bay: its state, since when, and its device',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'The bay', schema: ['Bay', baySchema] }],
  }),
  bayHistory: route({
    method: 'GET',
    path: '/api/v1/bays/{id}/history',
    access: 'read',
    sites: 'bay',
    tag: 'History',
    summary: 'States of one bay over time',
    description: 'At most 31 days. How long states are kept is set by `bayDays`.',
    params: idParams,
    query: z.strictObject({
      from: timeField().describe('inclusive; default a day before `to`'),
      to: timeField().describe('exclusive; default, and at most, now'),
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'States', schema: ['BayHistory', bayHistorySchema] }],
  }),
  kpi: route({
    method: 'GET',
    path: '/api/v1/kpi',
    access: 'read',
    tag: 'Live',
    summary: 'Key figures of the desk',
    description: 'Absent fields are not known.',
    answers: [{ status: 200, description: 'Figures of this second', schema: ['Kpi', kpiSchema] }],
  }),
}
