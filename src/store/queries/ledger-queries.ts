/** The ledger: where all frames went, by source and day, and in total for one journal. */
import { sql } from 'kysely'
import { readCount, readSum } from '../../lib/sum.ts'
import { dayMs, dayName, dayNumber } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { exactTotal, saturatingTotal } from '../engine/sums.ts'
import type { LossStore } from '../losses.ts'
import type { LedgerRow, LedgerSums, LedgerTotals, Store } from '../store.ts'
import { intakeDaySums } from '../tables/intake-day.ts'
import { ledgerSums } from '../tables/ledger.ts'

export function ledgerQueries({
  db,
  all,
}: SqlRunner): Pick<Store, 'ledger' | 'ledgerAt'> & Pick<LossStore, 'intakeDays'> {
  const sums = ledgerSums.map((column) => ledgerTotal(column).as(column))

  return {
    async ledger() {
      const query = db
        .selectFrom('ledger')
        .select(['source', 'day', ...sums])
        .groupBy(['source', 'day'])
      const rows = await all(query.orderBy('source').orderBy('day').compile())
      const waiting = new Map<string, number>()
      const letters = db
        .selectFrom('dead_letter')
        .select(({ fn }) => ['source', dayBegin.as('begin'), fn.countAll().as('n')])
        .where('state', '=', 'tentative')
        .groupBy(['source', dayBegin])
      for (const { source, begin, n } of await all(letters.compile()))
        waiting.set(`${source} ${dayName(dayNumber(Number(begin)))}`, Number(n))
      return rows.map((row): LedgerRow => {
        const tentative = waiting.get(`${row.source} ${row.day}`) ?? 0
        return { source: row.source, day: row.day, ...apart(totals(row), tentative) }
      })
    },

    async ledgerAt(journal) {
      const [row] = await all(
        db
          .selectFrom('journal_offset as o')
          .leftJoin('ledger as l', 'l.journal', 'o.journal')
          .select(['o.off', 'o.fence', 'o.base', waitingOfJournal.as('tentative'), ...sums])
          .where('o.journal', '=', journal)
          .where('o.part', '=', 0)
          .groupBy(['o.off', 'o.fence', 'o.base'])
          .compile(),
      )
      return {
        cursor: { position: row?.off ?? 0, fence: row?.fence ?? 0, base: row?.base ?? 0 },
        totals: apart(totals(row ?? {}), Number(row?.tentative ?? 0)),
      }
    },

    async intakeDays() {
      const sums = intakeDaySums.map((column) => saturatingTotal(sql.ref(column)).as(column))
      const query = db
        .selectFrom('intake_day')
        .select(['source', 'day', ...sums])
        .groupBy(['source', 'day'])
        .orderBy('source')
        .orderBy('day')
      return (await all(query.compile())).map(({ source, day, ...row }) => ({
        ...{ source, day, received: readSum(row.received), accepted: readSum(row.accepted) },
        ...{ refused: readSum(row.refused), unframeable: readSum(row.unframeable) },
      }))
    },
  }
}

/** Missing numbers saturate; everything else is a term of the message balance. */
export const ledgerTotal = (column: (typeof ledgerSums)[number]) =>
  column === 'lost' ? saturatingTotal(sql.ref(column)) : exactTotal(column)

/** Positions of one journal begin behind its base (Cursor.base). */
const waitingOfJournal = sql<
  number | string
>`(SELECT count(*) FROM ${sql.table('dead_letter')} AS ${sql.ref('w')} WHERE ${sql.ref('w.state')} = 'tentative' AND ${sql.ref('w.pos')} > ${sql.ref('o.base')} AND ${sql.ref('w.pos')} <= ${sql.ref('o.base')} + ${sql.ref('o.off')})`

/** Milliseconds of the first moment of the UTC day. */
const dayBegin = sql<number | string>`${sql.ref('arrived')} - ${sql.ref('arrived')} % ${sql.lit(dayMs)}`

/** Frames that wait were added up as quarantined. */
function apart(sums: LedgerSums, tentative: number): LedgerTotals {
  const { quarantined } = sums
  const left = typeof quarantined === 'bigint' ? quarantined - BigInt(tentative) : quarantined - tentative
  return { ...sums, quarantined: left, tentative }
}

const totals = (row: { [Column in (typeof ledgerSums)[number]]?: number | string | null }): LedgerSums => ({
  committed: readCount(row.committed),
  duplicate: readCount(row.duplicate),
  quarantined: readCount(row.quarantined),
  lost: readSum(row.lost),
  damaged: readCount(row.damaged),
})
