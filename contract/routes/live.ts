/** The live view: what the desk shows, and what a stranger may see of it under `/public`. */
import * as z from 'zod'
import { planSchema, siteSummarySchema } from '../live.ts'
import { pageOf } from '../page.ts'
import { type Access, route, type SiteReach } from '../route.ts'
import { streamTopics } from '../vocabulary.ts'

/** Where a view is, and who may see it. */
interface View {
  readonly access: Access
  readonly sites?: SiteReach
  readonly tag: string
}
/** Of sites beyond the limit of the reader it shows what the public page shows. */
const desk = { access: 'read', sites: 'public', tag: 'Live' } as const
const everybody = { access: 'open', tag: 'Public page' } as const

export const statesHeaders = {
  'x-seq': 'sequence of the stream the snapshot includes',
  'x-plan-version': 'version of the plan its indexes belong to',
}
export const statesAnswer = {
  status: 200,
  type: 'application/octet-stream',
  description: 'One octet per bay, by plan index: 0 free, 1 occupied, 2 reserved, 3 unknown, 4 closed.',
  headers: statesHeaders,
} as const

const streamExample = `retry: 2000

id: 1824719872001
event: d
data: {"t":1795420799410,"q":1824719872001,"d":[17,1,301,0]}

event: kpi
data: {"time":"2026-11-23T07:59:59.500Z","occupancy":{"capacity":2,"free":1,"occupied":1,"reserved":0,"unknown":0,"closed":0,"live":2},"devices":{"seen":2,"reporting":2,"unassigned":0},"pipeline":"ok","simulated":false}
`

const streamQuery = z.strictObject({
  topics: z
    .string()
    .max(64)
    .default(streamTopics.join(','))
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(streamTopics)))
    .describe('comma separated: bays, kpi, sites, forecast, alerts; default all; the public stream has no alerts'),
  last: z.coerce
    .number<number | string>()
    .int()
    .nonnegative()
    .optional()
    .describe('like Last-Event-ID, for clients that cannot set headers'),
  plan: z
    .string()
    .max(64)
    .optional()
    .describe(
      'version of the plan that the client has, when it resumes: where another one is shown now, a reset comes',
    ),
})

const plan = <const Path extends string, const V extends View>(path: Path, view: V) =>
  route({
    method: 'GET',
    path,
    ...view,
    summary: 'The plan',
    description: 'Bays in columns: index i is bay i in the snapshot and in the stream. Ask with If-None-Match.',
    answers: [
      { status: 200, description: 'The plan', schema: ['Plan', planSchema], headers: { etag: 'version' } },
      { status: 304, description: 'Not changed since the version in If-None-Match' },
    ],
  })

const snapshot = <const Path extends string, const V extends View>(path: Path, view: V) =>
  route({ method: 'GET', path, ...view, summary: 'State of every bay', answers: [statesAnswer] })

const sites = <const Path extends string, const V extends View>(path: Path, view: V) =>
  route({
    method: 'GET',
    path,
    ...view,
    summary: 'Sites and their occupancy',
    answers: [{ status: 200, description: 'All sites', schema: ['SitePage', pageOf(siteSummarySchema)] }],
  })

const stream = <const Path extends string, const V extends View>(path: Path, view: V) =>
  route({
    method: 'GET',
    path,
    ...view,
    summary: 'The live stream (server-sent events)',
    description:
      'Events: `d` changes of bays (resume with Last-Event-ID, up to 60 s back), `kpi` about once a second, `sites` when changed, `forecast` when there is a new one, `alerts` counts of alerts when one has changed, `reset`: fetch plan and snapshot again. A comment every 15 s. A client that reads too slowly gets merged changes.',
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
  })

export const liveRoutes = {
  plan: plan('/api/v1/plan', desk),
  snapshot: snapshot('/api/v1/plan/snapshot', desk),
  sites: sites('/api/v1/sites', desk),
  stream: stream('/api/v1/stream', desk),
  publicPlan: plan('/public/plan', everybody),
  publicSnapshot: snapshot('/public/snapshot', everybody),
  publicSites: sites('/public/sites', everybody),
  publicStream: stream('/public/stream', everybody),
}
