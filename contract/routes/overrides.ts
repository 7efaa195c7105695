/** What people set for bays. */
import * as z from 'zod'
import { newOverrideSchema, overrideAcceptedSchema, overrideSchema, pastStateSchema } from '../override.ts'
import { pageOf } from '../page.ts'
import { cursorField, idParams, limitField, route, timeField } from '../route.ts'
import { overrideStates } from '../vocabulary.ts'

/** About 50,000 ids of usual length. */
const overrideBytesMax = 4 * 1_048_576

const accepted = {
  status: 202,
  description: 'Safe in the journal, not in effect in the database yet',
  schema: ['OverrideAccepted', overrideAcceptedSchema],
} as const

export const overrideRoutes = {
  overrides: route({
    method: 'GET',
    path: '/api/v1/overrides',
    access: 'read',
    tag: 'Overrides',
    summary: 'Overrides in force, or ended, newest first',
    query: z.strictObject({
      state: z.enum(overrideStates).default('in_force'),
      cursor: cursorField,
      limit: limitField(200, 50),
    }),
    answers: [{ status: 200, description: 'A page', schema: ['OverridePage', pageOf(overrideSchema)] }],
  }),
  override: route({
    method: 'GET',
    path: '/api/v1/overrides/{id}',
    access: 'read',
    sites: 'override',
    tag: 'Overrides',
    summary: 'One override with all its bays',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'The override', schema: ['Override', overrideSchema] }],
  }),
  beginOverride: route({
    method: 'POST',
    path: '/api/v1/overrides',
    access: 'operate',
    sites: 'bays',
    tag: 'Overrides',
    summary: 'Set the state of bays',
    description:
      'It outranks every sensor until it ends: at `until`, or by DELETE. Of two in force for one bay the newer one counts, and when that ends the one beneath it counts again. It is a record of the journal: it is in effect for every reading that is accepted after the answer. A bay that the layout closes stays closed. Where processing has not committed it within 5 s the answer is 202: it is safe and takes effect at its place.',
    body: newOverrideSchema,
    bodyName: 'NewOverride',
    bodyBytesMax: overrideBytesMax,
    problems: [409, 503],
    answers: [{ status: 200, description: 'In effect', schema: ['Override', overrideSchema] }, accepted],
  }),
  endOverride: route({
    method: 'DELETE',
    path: '/api/v1/overrides/{id}',
    access: 'operate',
    sites: 'override',
    tag: 'Overrides',
    summary: 'End an override before its time',
    description: 'One that has ended already is answered as it ended. It is kept, with who ended it.',
    params: idParams,
    problems: [404, 503],
    answers: [{ status: 200, description: 'Ended', schema: ['Override', overrideSchema] }, accepted],
  }),
  pastState: route({
    method: 'GET',
    path: '/api/v1/state',
    access: 'read',
    sites: 'query',
    tag: 'History',
    summary: 'State of every bay and count zone at a past moment',
    description:
      'By the layout of that moment. A change has the time at which its sensor measured it, so one that arrives a little late is in here from then on; a reading that comes after newer ones repairs stays and not these states. `occupancy` is of bays alone: places of count zones without a bay are not in it. How long states are kept is set by `bayDays`.',
    query: z.strictObject({
      at: timeField().describe('default now'),
      site: z.string().min(1).max(128).optional().describe('of this site only'),
    }),
    problems: [404],
    answers: [{ status: 200, description: 'States', schema: ['PastState', pastStateSchema] }],
  }),
}
