/** Single places, and the figures over all of them. */
import { baySchema, siteOccupancySchema } from '../bay.ts'
import { kpiSchema, siteSummarySchema } from '../live.ts'
import { idParams, route } from '../route.ts'
import { statesAnswer, statesHeaders } from './live.ts'

export const placeRoutes = {
  site: route({
    method: 'GET',
    path: '/api/v1/sites/{id}',
    access: 'read',
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
    tag: 'Live',
    summary: 'Occupancy of one site by level, zone and bay type',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'Counts', schema: ['SiteOccupancy', siteOccupancySchema] }],
  }),
  bay: route({
    method: 'GET',
    path: '/api/v1/bays/{id}',
    access: 'read',
    tag: 'Live',
    summary: 'One bay: its state, since when, and the device it rests on',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'The bay', schema: ['Bay', baySchema] }],
  }),
  kpi: route({
    method: 'GET',
    path: '/api/v1/kpi',
    access: 'read',
    tag: 'Live',
    summary: 'The figures of the duty desk',
    description: 'Absent fields are not known.',
    answers: [{ status: 200, description: 'Figures of this second', schema: ['Kpi', kpiSchema] }],
  }),
}
