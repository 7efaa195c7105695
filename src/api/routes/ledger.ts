/** The proof and its leftovers: ledger, dead letters and sources. */

import type { LedgerReport } from '@baykeeper/contract/ledger.ts'
import type { Parsed } from '@baykeeper/contract/route.ts'
import type { ledgerRoutes } from '@baykeeper/contract/routes/ledger.ts'
import type { IntakeDay, LedgerRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { deadLetterOnWire, saturatedMark, sourceOnWire } from '../wire.ts'

export function ledgerHandlers({ store, status, log }: RouteContext): Handlers<typeof ledgerRoutes> {
  return {
    async ledger() {
      const [rows, days] = [await store.ledger(), await store.intakeDays()]
      return { totals: status().ledger ?? null, rows: withIntake(rows, days) }
    },
    async deadLetters({ query: { cursor, limit, source, code } }) {
      const page = await store.deadLetters({
        limit,
        ...(cursor ? { cursor } : {}),
        ...(source ? { source } : {}),
        ...(code ? { code } : {}),
      })
      return { items: page.items.map(deadLetterOnWire), next: page.next }
    },
    deadLetterCodes: async () => ({ items: await store.deadLetterCodes(), next: null }),
    async requeue({ body, principal }) {
      const requeued = await store.requeue(which(body))
      log.info('dead letters were requeued', { requeued, by: principal?.name })
      return { requeued }
    },
    sources: () => ({
      items: status().sources.map(sourceOnWire),
      next: null,
    }),
  }
}

const nothing = { committed: 0, duplicate: 0, quarantined: 0, tentative: 0, lost: 0, damaged: 0 }
const untold = { received: null, accepted: null, refused: null, unframeable: null }
type BothSides = LedgerReport['rows'][number]

/** Both sides of each day, by source, then day: what intake counted, and its outcomes in the database. */
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
  body: Parsed<(typeof ledgerRoutes)['requeue'], 'body'>,
): { pos: number; idx: number } | { code?: string; source?: string } {
  if ('id' in body) {
    const [pos, idx] = body.id.split('.').map(Number)
    return { pos: pos as number, idx: idx as number }
  }
  if ('all' in body) return {}
  return { ...(body.code ? { code: body.code } : {}), ...(body.source ? { source: body.source } : {}) }
}
