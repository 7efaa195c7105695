/** Connecting senders: where they send to, and what came of it. */
import * as z from 'zod'
import { pageOf } from '../page.ts'
import { route } from '../route.ts'
import { listenerSchema, sourceMessageSchema } from '../sources.ts'

export const sourceRoutes = {
  listeners: route({
    ...{ method: 'GET', path: '/api/v1/listeners', access: 'read', tag: 'Ledger' },
    summary: 'Where the server listens, as it is now',
    answers: [{ status: 200, description: 'All listeners', schema: ['ListenerPage', pageOf(listenerSchema)] }],
  }),
  sourceMessages: route({
    ...{ method: 'GET', path: '/api/v1/sources/{name}/messages', access: 'read', tag: 'Ledger' },
    summary: 'The newest messages of a source, and what came of each',
    description:
      'Up to 20, the newest first: readings of the 20 devices that were heard last, each within ten minutes before its newest reading, and dead letters. A repetition leaves no row of its own: it is counted in the ledger.',
    params: z.strictObject({ name: z.string().min(1).max(128) }),
    problems: [503],
    answers: [{ status: 200, description: 'The messages', schema: ['SourceMessagePage', pageOf(sourceMessageSchema)] }],
  }),
}
