/** The proof and its leftovers: ledger, dead letters and sources. */

import { acceptedTerms, receivedTerms } from '@baykeeper/contract/balance.ts'
import {
  deadLetterSchema,
  type LedgerReport,
  ledgerReportSchema,
  requeuedSchema,
  requeueSchema,
  sourceSchema,
} from '@baykeeper/contract/ledger.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import { deadLetterCodeSchema } from '@baykeeper/contract/status.ts'
import * as z from 'zod'
import type { IntakeDay, LedgerRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { cursorField, type Endpoint, endpoint, limitField, nameField } from '../endpoint.ts'
import { deadLetterOnWire, saturatedMark, sourceOnWire } from '../wire.ts'

const deadLetterPage = pageOf(deadLetterSchema)
const deadLetterCodePage = pageOf(deadLetterCodeSchema)
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
      description: `received = ${receivedTerms.join(' + ')}; accepted = ${acceptedTerms.join(' + ')}. \`difference\` is 0 when both hold.`,
      problems: [503],
      answers: [
        {
          status: 200,
          description: 'Totals, and rows by source and day',
          schema: ['LedgerReport', ledgerReportSchema],
        },
      ],
      async handle() {
        const [rows, days] = [await store.ledger(), await store.intakeDays()]
        return { totals: status().ledger ?? null, rows: withIntake(rows, days) }
      },
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
      method: 'GET',
      path: '/api/v1/dead-letters/codes',
      access: 'read',
      tag: 'Ledger',
      summary: 'How many dead letters there are of each reason, most first',
      problems: [503],
      answers: [{ status: 200, description: 'All reasons', schema: ['DeadLetterCodePage', deadLetterCodePage] }],
      handle: async () => ({ items: await store.deadLetterCodes(), next: null }),
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

const nothing = { committed: 0, duplicate: 0, quarantined: 0, tentative: 0, lost: 0, damaged: 0 }
const untold = { received: null, accepted: null, refused: null, unframeable: null }
type BothSides = LedgerReport['rows'][number]

/** Both sides of each day, by source, then day: what intake counted, and where the database says that it went. */
function withIntake(rows: readonly LedgerRow[], days: readonly IntakeDay[]): BothSides[] {
  const merged = new Map<string, BothSides>()
  for (const row of rows) merged.set(`${row.source} ${row.day}`, { ...onWire(row), ...untold })
  for (const day of days) {
    const key = `${day.source} ${day.day}`
    merged.set(key, { ...nothing, ...merged.get(key), ...day })
  }
  return [...merged.values()].sort((a, b) => compare(a.source, b.source) || compare(a.day, b.day))
}

const onWire = ({ source, day, committed, duplicate, quarantined, tentative, lost, damaged }: LedgerRow) => ({
  ...{ source, day, committed: Number(committed), duplicate: Number(duplicate), quarantined: Number(quarantined) },
  tentative,
  ...{ lost, damaged: Number(damaged), ...saturatedMark(lost) },
})

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

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
