/** Count zones, and what people have counted. */
import * as z from 'zod'
import { countChangeSchema, countZoneSchema, newRecountSchema, recountAcceptedSchema } from '../count.ts'
import { pageOf } from '../page.ts'
import { cursorField, idParams, limitField, nameField, route } from '../route.ts'

const name = z.string().min(1).max(128)

export const countRoutes = {
  countZones: route({
    method: 'GET',
    path: '/api/v1/count-zones',
    access: 'read',
    sites: 'query',
    tag: 'Count zones',
    summary: 'Vehicles in the count zones, with the band that holds them',
    query: z.strictObject({ site: nameField.describe('of this site only') }),
    problems: [404],
    answers: [{ status: 200, description: 'All count zones', schema: ['CountZonePage', pageOf(countZoneSchema)] }],
  }),
  countTrail: route({
    method: 'GET',
    path: '/api/v1/count-zones/trail',
    access: 'read',
    sites: 'query',
    tag: 'Count zones',
    summary: 'What has set or corrected the count of a zone, newest first',
    description:
      'Recounts with their authors, resets, and vehicles that the limits of the zone cut off. It is kept for ever.',
    query: z.strictObject({
      ...{ site: name, level: name, zone: name },
      cursor: cursorField,
      limit: limitField(200, 50),
    }),
    answers: [{ status: 200, description: 'A page', schema: ['CountTrailPage', pageOf(countChangeSchema)] }],
  }),
  recount: route({
    method: 'POST',
    path: '/api/v1/recounts',
    access: 'operate',
    sites: 'body',
    tag: 'Count zones',
    summary: 'Set a count zone to the vehicles that a person has counted',
    description:
      'It is a record of the journal: gates count on from it with every reading that is accepted after the answer. What the count was off by shows how far the gates drift. Where processing has not committed it within 5 s the answer is 202: it is safe and takes effect at its place.',
    body: newRecountSchema,
    bodyName: 'NewRecount',
    problems: [404, 409, 503],
    answers: [
      { status: 200, description: 'In effect', schema: ['CountChange', countChangeSchema] },
      {
        status: 202,
        description: 'Safe in the journal, not in effect in the database yet',
        schema: ['RecountAccepted', recountAcceptedSchema],
      },
    ],
  }),
  recountById: route({
    method: 'GET',
    path: '/api/v1/recounts/{id}',
    access: 'read',
    tag: 'Count zones',
    summary: 'One recount',
    params: idParams,
    problems: [404],
    answers: [{ status: 200, description: 'The recount', schema: ['CountChange', countChangeSchema] }],
  }),
}
