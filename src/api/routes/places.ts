/** Single places, and the figures over all of them. */
import { baySchema, siteOccupancySchema } from '@baykeeper/contract/bay.ts'
import { kpiSchema, siteSummarySchema } from '@baykeeper/contract/live.ts'
import type { RouteContext } from '../context.ts'
import { type Endpoint, endpoint, idParams } from '../endpoint.ts'
import { bayDetail, siteOccupancy, siteRange, siteSummaries } from '../live/summaries.ts'
import { ProblemError } from '../problem.ts'
import { sendStates, statesAnswer, statesHeaders } from './states.ts'

export function placeRoutes(context: RouteContext): Endpoint[] {
  const { live, figures } = context
  const missing = (what: string, id: string) => new ProblemError(404, `there is no ${what} ${id} in the layout`)
  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/sites/{id}',
      access: 'read',
      tag: 'Live',
      summary: 'One site',
      params: idParams,
      problems: [404],
      answers: [{ status: 200, description: 'The site', schema: ['SiteSummary', siteSummarySchema] }],
      async handle({ params: { id } }) {
        await live.current()
        const site = siteSummaries(live.presence).find((found) => found.id === id)
        if (!site) throw missing('site', id)
        return site
      },
    }),
    endpoint({
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
      async handle({ params: { id }, reply }) {
        await live.current()
        const range = siteRange(live.presence, id)
        if (!range) throw missing('site', id)
        reply.headers({ 'x-from': String(range.from), 'x-to': String(range.to) })
        return sendStates(context, reply, live.presence.shown.subarray(range.from, range.to))
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/sites/{id}/occupancy',
      access: 'read',
      tag: 'Live',
      summary: 'Occupancy of one site by level, zone and bay type',
      params: idParams,
      problems: [404],
      answers: [{ status: 200, description: 'Counts', schema: ['SiteOccupancy', siteOccupancySchema] }],
      async handle({ params: { id } }) {
        await live.current()
        const occupancy = siteOccupancy(live.presence, id)
        if (!occupancy) throw missing('site', id)
        return occupancy
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/bays/{id}',
      access: 'read',
      tag: 'Live',
      summary: 'One bay: its state, since when, and the device it rests on',
      params: idParams,
      problems: [404],
      answers: [{ status: 200, description: 'The bay', schema: ['Bay', baySchema] }],
      async handle({ params: { id } }) {
        await live.current()
        const bay = bayDetail(live.presence, id, live.now())
        if (!bay) throw missing('bay', id)
        return bay
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/kpi',
      access: 'read',
      tag: 'Live',
      summary: 'The figures of the duty desk',
      description: 'Absent fields are not known.',
      answers: [
        {
          status: 200,
          description: 'Figures of this second',
          schema: ['Kpi', kpiSchema],
        },
      ],
      async handle() {
        await live.current()
        return figures.kpi()
      },
    }),
  ]
}
