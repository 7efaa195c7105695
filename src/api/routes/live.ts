/** Plan, snapshot, sites, bays and the stream: what the desk shows, and what a stranger may see of it under `/public`. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { baySchema, siteOccupancySchema } from '@baykeeper/contract/bay.ts'
import { kpiSchema, type Plan, planSchema, siteSummarySchema } from '@baykeeper/contract/live.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { identify } from '../access.ts'
import type { RouteContext } from '../context.ts'
import { type Access, type Endpoint, endpoint, idParams } from '../endpoint.ts'
import { type Audience, type StreamTopic, streamTopics } from '../live/stream-hub.ts'
import { bayDetail, siteOccupancy, siteRange, siteSummaries } from '../live/summaries.ts'
import { ProblemError } from '../problem.ts'

const sitePage = pageOf(siteSummarySchema)
const snapshotHeaders = {
  'x-seq': 'sequence of the stream the snapshot includes',
  'x-plan-version': 'version of the plan its indexes belong to',
}
const snapshotAnswer = {
  status: 200,
  type: 'application/octet-stream',
  description: 'One octet per bay, by plan index: 0 free, 1 occupied, 2 reserved, 3 unknown, 4 closed.',
  headers: snapshotHeaders,
}
const siteExample = {
  id: 'north',
  name: 'North Garage',
  zone: 'Europe/Berlin',
  occupancy: { capacity: 120, free: 41, occupied: 74, reserved: 0, unknown: 4, closed: 1 },
  levels: [
    {
      id: 'p1',
      name: 'Level 1',
      occupancy: { capacity: 120, free: 41, occupied: 74, reserved: 0, unknown: 4, closed: 1 },
    },
  ],
  updated: '2026-11-23T07:59:59.410Z',
}
const planExample = {
  version: '2-5f2b9c01d7aa',
  name: 'Harbour City',
  simulated: false,
  bayW: 2.5,
  bayH: 5,
  plates: [
    {
      site: 'north',
      siteName: 'North Garage',
      level: 'p1',
      name: 'North Garage · Level 1',
      x: 0,
      y: 0,
      w: 60,
      h: 30,
      from: 0,
      to: 2,
    },
  ],
  ids: ['A-017', 'A-018'],
  x: [2, 4.5],
  y: [2, 2],
  types: ['ev', 'standard'],
}
const streamExample = `retry: 2000

id: 1824719872001
event: d
data: {"t":1795420799410,"q":1824719872001,"d":[17,1,301,0]}

event: kpi
data: {"time":"2026-11-23T07:59:59.500Z","occupancy":{"capacity":2,"free":1,"occupied":1,"reserved":0,"unknown":0,"closed":0},"devices":{"seen":2,"reporting":2,"unassigned":0},"pipeline":"ok","simulated":false}
`

export function liveRoutes(context: RouteContext): Endpoint[] {
  return [
    ...viewRoutes(context, '/api/v1', 'read', 'desk'),
    ...viewRoutes(context, '/public', 'open', 'public'),
    ...placeRoutes(context),
  ]
}

/** The same view twice: for the desk, and for everybody. */
function viewRoutes(context: RouteContext, base: string, access: Access, audience: Audience): Endpoint[] {
  const { live } = context
  const planOf = planAnswers(audience === 'public' ? 'public, no-cache' : 'private, no-cache')
  const tag = audience === 'public' ? 'Public page' : 'Live'
  return [
    endpoint({
      method: 'GET',
      path: `${base}/plan`,
      access,
      tag,
      summary: 'The plan',
      description: 'Bays in columns: index i is bay i in the snapshot and in the stream. Ask with If-None-Match.',
      answers: [
        {
          status: 200,
          description: 'The plan',
          schema: ['Plan', planSchema],
          example: planExample,
          headers: { etag: 'version' },
        },
        { status: 304, description: 'Not changed since the version in If-None-Match' },
      ],
      async handle({ request, reply }) {
        await live.current()
        return planOf(live.floor.plan, request, reply)
      },
    }),
    endpoint({
      method: 'GET',
      path: audience === 'public' ? '/public/snapshot' : `${base}/plan/snapshot`,
      access,
      tag,
      summary: 'State of every bay',
      answers: [snapshotAnswer],
      async handle({ reply }) {
        await live.current()
        return sendStates(context, reply, live.presence.shown)
      },
    }),
    endpoint({
      method: 'GET',
      path: `${base}/sites`,
      access,
      tag,
      summary: 'Sites and their occupancy',
      answers: [
        {
          status: 200,
          description: 'All sites',
          schema: ['SitePage', sitePage],
          example: { items: [siteExample], next: null },
        },
      ],
      async handle() {
        await live.current()
        return { items: siteSummaries(live.presence), next: null }
      },
    }),
    endpoint({
      method: 'GET',
      path: `${base}/stream`,
      access,
      tag,
      summary: 'The live stream (server-sent events)',
      description:
        'Events: `d` changes of bays (resume with Last-Event-ID, up to 60 s back), `kpi` about once a second, `sites` when changed, `reset`: fetch plan and snapshot again. A comment every 15 s. A client that reads too slowly gets merged changes.',
      query: streamQuery,
      head: false,
      problems: [503],
      answers: [
        {
          status: 200,
          type: 'text/event-stream',
          description: 'Events until either side closes',
          example: streamExample,
        },
      ],
      handle: ({ query, request, reply }) => openStream(context, audience, query, request, reply),
    }),
  ]
}

const streamQuery = z.strictObject({
  topics: z
    .string()
    .max(64)
    .default(streamTopics.join(','))
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(streamTopics)))
    .describe('comma separated: bays, kpi, sites; default all'),
  last: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('like Last-Event-ID, for clients that cannot set headers'),
})

function openStream(
  { hub, keyring }: RouteContext,
  audience: Audience,
  query: { topics: StreamTopic[]; last?: number | undefined },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (hub.full(audience))
    throw new ProblemError(503, 'as many viewers as the stream serves are connected', {
      code: 'E_STREAM_FULL',
      headers: { 'retry-after': '30' },
    })
  reply.hijack()
  hub.add({
    response: reply.raw,
    headers: reply.getHeaders(),
    audience,
    topics: new Set(query.topics),
    lastId: lastSequence(request.headers['last-event-id']) ?? query.last,
    allowed: () => audience === 'public' || identify(keyring, request.headers).principal !== undefined,
  })
  return reply
}

/** What is no number of ours cannot be resumed, and is answered like one that is too old. */
function lastSequence(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const q = Number(header)
  return Number.isSafeInteger(q) && q >= 0 ? q : -1
}

function sendStates({ live }: RouteContext, reply: FastifyReply, states: Uint8Array): FastifyReply {
  return reply
    .headers({ 'x-seq': String(live.ring.q), 'x-plan-version': live.floor.plan.version, 'cache-control': 'no-store' })
    .type('application/octet-stream')
    .send(Buffer.from(states))
}

const compress = promisify(gzip)

/** The plan is large and rarely changes: written and compressed once per version. */
function planAnswers(cacheControl: string) {
  let last: { plan: Plan; json: Buffer; zipped: Promise<Buffer> } | undefined
  return async (plan: Plan, { headers }: FastifyRequest, reply: FastifyReply) => {
    if (last?.plan !== plan) {
      const json = Buffer.from(JSON.stringify(plan))
      last = { plan, json, zipped: compress(json) }
    }
    reply.headers({ etag: `W/"${plan.version}"`, 'cache-control': cacheControl, vary: 'accept-encoding' })
    if (headers['if-none-match']?.includes(`"${plan.version}"`)) return reply.code(304).send()
    reply.type('application/json')
    if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return reply.send(last.json)
    return reply.header('content-encoding', 'gzip').send(await last.zipped)
  }
}

function placeRoutes(context: RouteContext): Endpoint[] {
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
      answers: [
        { status: 200, description: 'The site', schema: ['SiteSummary', siteSummarySchema], example: siteExample },
      ],
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
          ...snapshotAnswer,
          description: 'One octet per bay of the site, from plan index x-from to before x-to.',
          headers: {
            ...snapshotHeaders,
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
          example: {
            time: '2026-11-23T07:59:59.500Z',
            occupancy: siteExample.occupancy,
            devices: { seen: 119, reporting: 115, unassigned: 0 },
            eventsPerSecond: 3.2,
            commitMsP99: 6.1,
            pipeline: 'ok',
            simulated: false,
          },
        },
      ],
      async handle() {
        await live.current()
        return figures.kpi()
      },
    }),
  ]
}
