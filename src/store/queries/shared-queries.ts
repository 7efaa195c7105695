/** The part of the store that is the same SQL in every dialect: reading back, and the few writes of operators. */
import { sql } from 'kysely'
import { spellingsOf } from '../../domain/hardware-spellings.ts'
import { readCount, readSum } from '../../lib/sum.ts'
import { dayMs, dayName, dayNumber } from '../../lib/utc-day.ts'
import type { DecoderStore } from '../decoder-choices.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { exactTotal, saturatingTotal } from '../engine/sums.ts'
import type { ForecastStore } from '../forecasts.ts'
import type { HistoryStore } from '../history.ts'
import { toLayout } from '../layouts.ts'
import { wholeLetters } from '../letter-pieces.ts'
import type { LossStore } from '../losses.ts'
import { revsPerPage } from '../migrations/0006-rev-page.ts'
import type { RawStore } from '../raw-frames.ts'
import { readingPage } from '../readings/reading-page.ts'
import { deviceColumns, toDevice } from '../readings/rows.ts'
import type { LeaseStore } from '../server-lease.ts'
import type { LedgerRow, LedgerSums, LedgerTotals, Store } from '../store.ts'
import { deadLetter } from '../tables/dead-letter.ts'
import { ledgerSums } from '../tables/ledger.ts'
import { readKey, writeKey } from './keyset.ts'

type SharedQueries = Omit<
  Store,
  | keyof LossStore
  | keyof HistoryStore
  | keyof ForecastStore
  | keyof RawStore
  | keyof DecoderStore
  | keyof LeaseStore
  | 'dialect'
  | 'describe'
  | 'migrate'
  | 'cursor'
  | 'takeFence'
  | 'commit'
  | 'findSeqs'
  | 'findTimes'
  | 'newestOf'
  | 'readingsBetween'
  | 'epochSpan'
  | typeof Symbol.asyncDispose
>

export function sharedQueries(runner: SqlRunner): SharedQueries {
  const { db, all, run } = runner
  const devices = db.selectFrom('device').select(deviceColumns)
  const deadLetters = db.selectFrom('dead_letter').select(deadLetter.columnNames)
  const sums = ledgerSums.map((column) => ledgerTotal(column).as(column))

  return {
    devices: async () => (await all(devices.orderBy('id').compile())).map(toDevice),

    async deviceOrders(of) {
      if (of?.length === 0) return []
      const orders = db.selectFrom('device_order').selectAll().orderBy('device')
      return all((of === undefined ? orders : orders.where('device', 'in', of)).compile())
    },

    async undecidedFrames() {
      const query = deadLetters.where('state', '=', 'tentative').orderBy('pos').orderBy('idx')
      return await wholeLetters(runner, await all(query.compile()))
    },

    async requeuedDeadLetters(limit) {
      const query = deadLetters.where('state', '=', 'requeued').orderBy('pos').orderBy('idx').limit(sql.lit(limit))
      return await wholeLetters(runner, await all(query.compile()))
    },

    async devicesSince(rev, limit) {
      // By page for the index, by rev for the answer.
      const since = devices.where('rev_page', '>=', Math.floor(rev / revsPerPage)).where('rev', '>', rev)
      const rows = await all(since.orderBy('rev').limit(sql.lit(limit)).compile())
      const last = rows.at(-1)
      if (!last || rows.length < limit) return rows.map(toDevice)
      // Whoever shares the last rev comes too. A device that moved on meanwhile is missing here and comes with its newer rev.
      const ties = await all(since.where('rev', '=', last.rev).orderBy('id').compile())
      return [...rows.filter((row) => row.rev < last.rev), ...ties].map(toDevice)
    },

    async devicesByExternal(external) {
      return (await all(devices.where('external', 'in', spellingsOf(external)).orderBy('source').compile())).map(
        toDevice,
      )
    },

    async devicePage({ cursor, limit, source }) {
      let query = devices
        .orderBy('external')
        .orderBy('source')
        .limit(sql.lit(limit + 1))
      if (source !== undefined) query = query.where('source', '=', source)
      if (cursor !== undefined) {
        const [lastExternal, lastSource] = readKey<[string, string]>(cursor, ['s', 's'])
        query = query
          .where('external', '>=', lastExternal)
          .where((eb) => eb.or([eb('external', '>', lastExternal), eb('source', '>', lastSource)]))
      }
      return pageOf((await all(query.compile())).map(toDevice), limit, (d) => [d.external, d.source])
    },

    readings: (filter) => readingPage(runner, filter),

    async deadLetters({ source, code, cursor, limit }) {
      let query = deadLetters
        .orderBy('pos', 'desc')
        .orderBy('idx', 'desc')
        .where('state', '<>', 'tentative')
        .limit(sql.lit(limit + 1))
      if (source !== undefined) query = query.where('source', '=', source)
      if (code !== undefined) query = query.where('code', '=', code)
      if (cursor !== undefined) {
        const [pos, idx] = readKey<[number, number]>(cursor, ['n', 'n'])
        query = query.where('pos', '<=', pos).where((eb) => eb.or([eb('pos', '<', pos), eb('idx', '<', idx)]))
      }
      return pageOf(await wholeLetters(runner, await all(query.compile())), limit, (d) => [d.pos, d.idx])
    },

    async requeue(which) {
      let query = db.updateTable('dead_letter').set('state', 'requeued').where('state', '=', 'new')
      if ('pos' in which) query = query.where('pos', '=', which.pos).where('idx', '=', which.idx)
      else {
        if (which.code !== undefined) query = query.where('code', '=', which.code)
        if (which.source !== undefined) query = query.where('source', '=', which.source)
      }
      return (await run(query.compile())).affected
    },

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

    async counts() {
      const count = async (table: 'device' | 'dead_letter') => {
        const query = db.selectFrom(table).select(({ fn }) => fn.countAll().as('n'))
        return Number((await all(query.compile()))[0]?.n)
      }
      const waiting = Number((await all(db.selectNoFrom(waitingFrames.as('n')).compile()))[0]?.n)
      const held = sql<
        number | string
      >`(SELECT coalesce(sum(${sql.ref('rows_held')}), 0) FROM ${sql.table('reading_block')})`
      const query = db
        .selectFrom('reading_open')
        .select(sql<number | string>`${sql.ref('rows_open')} + ${held}`.as('n'))
      return {
        readings: Number((await all(query.compile()))[0]?.n),
        devices: await count('device'),
        deadLetters: (await count('dead_letter')) - waiting,
      }
    },

    async layout() {
      const [row] = await all(
        db.selectFrom('layout').selectAll().orderBy('version', 'desc').limit(sql.lit(1)).compile(),
      )
      return row && toLayout(row)
    },

    async layoutVersion() {
      const [row] = await all(
        db
          .selectFrom('layout')
          .select(({ fn }) => fn.max('version').as('version'))
          .compile(),
      )
      return row?.version ?? undefined
    },

    async layoutVersionAt({ journal, record }) {
      const query = db.selectFrom('layout').select('version').where('journal', '=', journal)
      return (await all(query.where('record', '=', record).compile()))[0]?.version
    },
  }
}

function pageOf<T>(found: readonly T[], limit: number, keyOf: (item: T) => readonly (string | number)[]) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && found.length > limit ? writeKey(keyOf(last)) : null }
}

/** Missing numbers saturate; everything else is a term of the message balance. */
export const ledgerTotal = (column: (typeof ledgerSums)[number]) =>
  column === 'lost' ? saturatingTotal(sql.ref(column)) : exactTotal(column)

const waitingFrames = sql<
  number | string
>`(SELECT count(*) FROM ${sql.table('dead_letter')} WHERE ${sql.ref('state')} = 'tentative')`

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
