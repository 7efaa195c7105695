/**
 * The live wire between server and pages: plan, snapshot, stream. Shapes only; the server's own types stay behind it.
 * Sources: design of the operator desk; SSE as in the HTML standard (event stream, Last-Event-ID).
 */
import * as z from 'zod'
import { pipelineStates } from './vocabulary.ts'

export const plateSchema = z.object({
  site: z.string(),
  site_name: z.string(),
  level: z.string(),
  name: z.string().describe('Title of the plate: site and level'),
  x: z.number().describe('metres'),
  y: z.number(),
  w: z.number(),
  h: z.number(),
  from: z.int().describe('index of the first bay on this plate'),
  to: z.int().describe('index after the last bay'),
  places: z.int().optional().describe('places of its count zones that have no bay; absent: none'),
})

/** What of a bay is not as of every other one. */
export const bayShapeSchema = z.object({
  i: z.int().describe('index of the bay'),
  w: z.number().optional().describe('metres; absent: bay_w'),
  h: z.number().optional(),
  angle: z.number().optional().describe('degrees clockwise about its centre; absent: 0'),
  polygon: z.array(z.number()).optional().describe('its corners, x, y, x, y, ..., metres, in place of a rectangle'),
})

/** Bays in columns: index i is bay i everywhere (snapshot byte i, delta index i). */
export const planSchema = z
  .object({
    version: z.string().describe('changes whenever indexes change; snapshot and stream carry the same'),
    name: z.string(),
    simulated: z.boolean(),
    bay_w: z.number(),
    bay_h: z.number(),
    plates: z.array(plateSchema),
    ids: z.array(z.string()),
    x: z.array(z.number()),
    y: z.array(z.number()),
    types: z.array(z.string()).describe('bay type by index'),
    shapes: z
      .array(bayShapeSchema)
      .optional()
      .describe('bays that are no upright rectangle of bay_w and bay_h; absent: none'),
    labels: z
      .array(z.tuple([z.int(), z.string()]))
      .optional()
      .describe('index and label of bays that are not labelled with their ids; absent: none'),
  })
  .meta({
    examples: [
      {
        version: '2-5f2b9c01d7aa',
        name: 'Harbour City',
        simulated: false,
        bay_w: 2.5,
        bay_h: 5,
        plates: [
          {
            site: 'north',
            site_name: 'North Garage',
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
      },
    ],
  })
export type Plan = z.infer<typeof planSchema>

const counts = { capacity: 119, free: 41, occupied: 74, reserved: 0, unknown: 4, closed: 1, live: 115 }

export const occupancySchema = z.object({
  capacity: z.int().describe('bays that are not closed: free, occupied, reserved and unknown'),
  free: z.int(),
  occupied: z.int(),
  reserved: z.int(),
  unknown: z.int(),
  closed: z.int().describe('beside the capacity'),
  live: z.int().describe('of the capacity, bays whose state rests on a sensor that is heard'),
})
export type OccupancyCounts = z.infer<typeof occupancySchema>

const countedSchema = occupancySchema
  .optional()
  .describe('what of it are places of count zones without a bay; absent: there are none')

export const siteSummarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    zone: z.string().describe('IANA time zone'),
    occupancy: occupancySchema,
    counted: countedSchema,
    levels: z.array(z.object({ id: z.string(), name: z.string(), occupancy: occupancySchema, counted: countedSchema })),
    updated: z
      .string()
      .nullable()
      .describe('ISO 8601: arrival of the newest reading behind these numbers; null when none'),
  })
  .meta({
    examples: [
      {
        id: 'north',
        name: 'North Garage',
        zone: 'Europe/Berlin',
        occupancy: counts,
        levels: [{ id: 'p1', name: 'Level 1', occupancy: counts }],
        updated: '2026-11-23T07:59:59.410Z',
      },
    ],
  })
export type SiteSummary = z.infer<typeof siteSummarySchema>

export const ledgerSchema = z.object({
  received: z.int(),
  accepted: z.int(),
  refused: z.int(),
  unframeable: z.int(),
  committed: z.int(),
  duplicate: z.int(),
  quarantined: z.int(),
  tentative: z.int().describe('kept with their bytes until the frames after them say what they are'),
  damaged: z.int().describe('accepted frames that could not be read back from the journal'),
  pending: z.int(),
  lost: z.int().describe('missing sequence numbers: beside the balance; 9007199254740991 means at least so many'),
  difference: z.int(),
})
export type Ledger = z.infer<typeof ledgerSchema>

/** Topic `kpi` of the stream, about once a second. Absent fields mean: not known, show the tile without a value. */
export const kpiSchema = z
  .object({
    time: z.string(),
    occupancy: occupancySchema,
    devices: z.object({
      seen: z.int(),
      reporting: z.int().describe('heard within the promise (default 24 h)'),
      unassigned: z.int(),
    }),
    events_per_second: z.number().optional(),
    commit_ms_p99: z.number().optional(),
    pipeline: z.enum(pipelineStates).optional(),
    ledger: ledgerSchema.extend({ checked: z.string() }).optional(),
    simulated: z.boolean(),
  })
  .meta({
    examples: [
      {
        time: '2026-11-23T07:59:59.500Z',
        occupancy: counts,
        devices: { seen: 119, reporting: 115, unassigned: 0 },
        events_per_second: 3.2,
        commit_ms_p99: 6.1,
        pipeline: 'ok',
        simulated: false,
      },
    ],
  })
export type Kpi = z.infer<typeof kpiSchema>

/**
 * Stream: `GET /api/v1/stream?topics=bays,kpi,sites,forecast,alerts` (and `/public/stream` for the public page).
 *   event: d      data: Delta           id: the server's sequence q; resume with Last-Event-ID
 *   event: kpi    data: Kpi
 *   event: sites  data: SiteSummary[]   (at most 1/s, when changed)
 *   event: forecast  data: ForecastIssued   (forecast-pages.ts; a new one can be fetched)
 *   event: reset  data: {"version":"..."}   fetch plan (if version differs) and snapshot again
 *   comment line every 15 s
 * A connection without Last-Event-ID begins with a delta that has no changes: its `q` is the position of the stream. The
 * snapshot's header `x-seq` is the `q` it includes: deltas up to it are in it already.
 */
export const deltaSchema = z.object({
  t: z.int().describe('server time, ms since the epoch'),
  q: z.int().describe('sequence, dense: one more than the q before, or than the q before f'),
  f: z
    .int()
    .optional()
    .describe(
      'only in a frame that stands for several (a slow client): the first sequence it covers; it covers f to q',
    ),
  d: z.array(z.int()).describe('index, state, index, state, ...'),
})
export type Delta = z.infer<typeof deltaSchema>
