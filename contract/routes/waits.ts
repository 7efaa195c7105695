/** The waitlist: notify a person when a bay is free. */
import * as z from 'zod'
import { pageOf } from '../page.ts'
import { route } from '../route.ts'
import { newWaitSchema, waitAcceptedSchema, waitId, waitSchema } from '../waits.ts'

export const waitRoutes = {
  waits: route({
    method: 'GET',
    path: '/api/v1/waits',
    access: 'read',
    tag: 'Notifications',
    summary: 'Waits for a bay that go on, oldest first',
    description: 'At most 1,000. Addresses of people are not part of it.',
    answers: [{ status: 200, description: 'All', schema: ['WaitList', pageOf(waitSchema)] }],
  }),
  beginWait: route({
    method: 'POST',
    path: '/api/v1/waits',
    access: 'operate',
    sites: 'body',
    tag: 'Notifications',
    summary: 'Notify when a bay of this type in this zone is free',
    description:
      'One message, then the wait has ended. A bay that is free now meets it at once. A message reserves nothing. The answer comes when the wait is safe in the journal; a 409 means that as many wait as may, or that the id is one of a wait with other content. Sent again with its id, a wait does nothing more.',
    body: newWaitSchema,
    bodyName: 'NewWait',
    problems: [404, 409, 503],
    answers: [
      {
        status: 202,
        description: 'Safe in the journal; it takes effect at its place',
        schema: ['WaitAccepted', waitAcceptedSchema],
      },
    ],
  }),
  endWait: route({
    method: 'DELETE',
    path: '/api/v1/waits/{id}',
    access: 'operate',
    tag: 'Notifications',
    summary: 'End a wait without a message',
    params: z.strictObject({ id: waitId }),
    problems: [404, 503],
    answers: [
      { status: 200, description: 'Its end is safe in the journal', schema: ['WaitAccepted', waitAcceptedSchema] },
    ],
  }),
}
