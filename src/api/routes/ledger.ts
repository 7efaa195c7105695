/** The proof and its leftovers: ledger, dead letters and sources. */
import {
  deadLetterSchema,
  ledgerReportSchema,
  requeuedSchema,
  requeueSchema,
  sourceSchema,
} from '@baykeeper/contract/ledger.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import * as z from 'zod'
import type { RouteContext } from '../context.ts'
import { cursorField, type Endpoint, endpoint, limitField, nameField } from '../endpoint.ts'
import { deadLetterOnWire, sourceOnWire } from '../wire.ts'

const deadLetterPage = pageOf(deadLetterSchema)
const sourcePage = pageOf(sourceSchema)
/** Dead letters carry their bytes, so pages of them are short. */
const deadLettersMax = 100

export function ledgerRoutes({ store, status, log }: RouteContext): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/ledger',
      access: 'read',
      tag: 'Ledger',
      summary: 'Where every frame went',
      description:
        'received = accepted + refused + unframeable; accepted = committed + duplicate + quarantined + pending. `difference` is 0 when both hold.',
      problems: [503],
      answers: [
        {
          status: 200,
          description: 'Totals, and rows by source and day',
          schema: ['LedgerReport', ledgerReportSchema],
        },
      ],
      handle: async () => ({ totals: status().ledger ?? null, rows: await store.ledger() }),
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/dead-letters',
      access: 'read',
      tag: 'Ledger',
      summary: 'Frames nobody could use, with their bytes',
      query: z.strictObject({
        cursor: cursorField,
        limit: limitField(deadLettersMax, 20),
        source: nameField,
        code: nameField,
      }),
      problems: [503],
      answers: [{ status: 200, description: 'A page of dead letters', schema: ['DeadLetterPage', deadLetterPage] }],
      async handle({ query: { cursor, limit, source, code } }) {
        const page = await store.deadLetters({
          limit,
          ...(cursor ? { cursor } : {}),
          ...(source ? { source } : {}),
          ...(code ? { code } : {}),
        })
        return { items: page.items.map(deadLetterOnWire), next: page.next }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/v1/dead-letters/requeue',
      access: 'operate',
      tag: 'Ledger',
      summary: 'Decode dead letters again',
      description: 'By id, by code and source, or all. Answers how many were marked; doing it twice does no harm.',
      body: requeueSchema,
      bodyName: 'Requeue',
      problems: [503],
      answers: [{ status: 200, description: 'Marked', schema: ['Requeued', requeuedSchema] }],
      async handle({ body, principal }) {
        const requeued = await store.requeue(which(body))
        log.info('dead letters were requeued', { requeued, by: principal?.name })
        return { requeued }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/sources',
      access: 'read',
      tag: 'Ledger',
      summary: 'What the sources are doing',
      answers: [{ status: 200, description: 'All sources', schema: ['SourcePage', sourcePage] }],
      handle: () => ({
        items: status().sources.map(sourceOnWire),
        next: null,
      }),
    }),
  ]
}

function which(
  body: z.output<typeof requeueSchema>,
): { pos: number; idx: number } | { code?: string; source?: string } {
  if ('id' in body) {
    const [pos, idx] = body.id.split('.').map(Number)
    return { pos: pos as number, idx: idx as number }
  }
  if ('all' in body) return {}
  return { ...(body.code ? { code: body.code } : {}), ...(body.source ? { source: body.source } : {}) }
}
