/** The part of the store that is the same SQL in every dialect: reading back, and the few writes of operators. */
import { sql } from 'kysely'
import { instant } from '../lib/brand.ts'
import { readKey, writeKey } from './keyset.ts'
import type { LossStore } from './losses.ts'
import { readingPage } from './reading-page.ts'
import { deadLetterColumns, deviceColumns, ledgerSums, toDeadLetter, toDevice } from './rows.ts'
import type { SqlRunner } from './sql-runner.ts'
import type { LedgerRow, Store } from './store.ts'

/** Sequence numbers asked for in one statement: below every dialect's limit of parameters. */
const seqsPerStatementMax = 500

type SharedQueries = Omit<
  Store,
  keyof LossStore | 'dialect' | 'describe' | 'migrate' | 'cursor' | 'takeFence' | 'commit' | typeof Symbol.asyncDispose
>

export function sharedQueries(runner: SqlRunner): SharedQueries {
  const { db, all, run } = runner
  const devices = db.selectFrom('device').select(deviceColumns)
  const deadLetters = db.selectFrom('dead_letter').select(deadLetterColumns)
  const sums = ledgerSums.map((column) => sql<number | string>`coalesce(sum(${sql.ref(column)}), 0)`.as(column))

  return {
    devices: async () => (await all(devices.orderBy('id').compile())).map(toDevice),

    async findSeqs(device, epoch, seqs) {
      const found: { seq: number; hash: number }[] = []
      for (let at = 0; at < seqs.length; at += seqsPerStatementMax) {
        const query = db
          .selectFrom('reading')
          .select(['seq', 'hash'])
          .where('device', '=', device)
          .where('epoch', '=', epoch)
          .where('seq', 'in', seqs.slice(at, at + seqsPerStatementMax))
          .$narrowType<{ seq: number }>()
        for (const { seq, hash } of await all(query.compile())) found.push({ seq, hash })
      }
      return found
    },

    async epochSpan(device, epoch) {
      const [span] = await all(
        db
          .selectFrom('reading')
          .select(({ fn }) => [
            fn.min('seq').as('min'),
            fn.max('seq').as('max'),
            fn.count('seq').distinct().as('distinct'),
          ])
          .where('device', '=', device)
          .where('epoch', '=', epoch)
          .compile(),
      )
      if (!span || span.min === null || span.max === null) return undefined
      return { min: span.min, max: span.max, distinct: Number(span.distinct) }
    },

    async requeuedDeadLetters(limit) {
      const query = deadLetters.where('state', '=', 'requeued').orderBy('pos').orderBy('idx').limit(sql.lit(limit))
      return (await all(query.compile())).map(toDeadLetter)
    },

    async devicesSince(rev, limit) {
      const rows = await all(devices.where('rev', '>', rev).orderBy('rev').limit(sql.lit(limit)).compile())
      const last = rows.at(-1)
      if (!last || rows.length < limit) return rows.map(toDevice)
      // Whoever shares the last rev comes too. A device that moved on meanwhile is missing here and comes with its newer rev.
      const ties = await all(devices.where('rev', '=', last.rev).orderBy('id').compile())
      return [...rows.filter((row) => row.rev < last.rev), ...ties].map(toDevice)
    },

    async devicesByExternal(external) {
      return (await all(devices.where('external', '=', external).orderBy('source').compile())).map(toDevice)
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
        .limit(sql.lit(limit + 1))
      if (source !== undefined) query = query.where('source', '=', source)
      if (code !== undefined) query = query.where('code', '=', code)
      if (cursor !== undefined) {
        const [pos, idx] = readKey<[number, number]>(cursor, ['n', 'n'])
        query = query.where('pos', '<=', pos).where((eb) => eb.or([eb('pos', '<', pos), eb('idx', '<', idx)]))
      }
      return pageOf((await all(query.compile())).map(toDeadLetter), limit, (d) => [d.pos, d.idx])
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
      return (await all(query.orderBy('source').orderBy('day').compile())).map(
        (row): LedgerRow => ({ source: row.source, day: row.day, ...totals(row) }),
      )
    },

    async ledgerAt(journal) {
      const [row] = await all(
        db
          .selectFrom('journal_offset as o')
          .leftJoin('ledger as l', 'l.journal', 'o.journal')
          .select(['o.off', 'o.fence', 'o.base', ...sums])
          .where('o.journal', '=', journal)
          .where('o.part', '=', 0)
          .groupBy(['o.off', 'o.fence', 'o.base'])
          .compile(),
      )
      return {
        cursor: { position: row?.off ?? 0, fence: row?.fence ?? 0, base: row?.base ?? 0 },
        totals: totals(row ?? {}),
      }
    },

    async counts() {
      const count = (table: 'reading' | 'device' | 'dead_letter') =>
        all(
          db
            .selectFrom(table)
            .select(({ fn }) => fn.countAll().as('n'))
            .compile(),
        )
      const [readings, devices, deadLetters] = [
        await count('reading'),
        await count('device'),
        await count('dead_letter'),
      ]
      return {
        readings: Number(readings[0]?.n),
        devices: Number(devices[0]?.n),
        deadLetters: Number(deadLetters[0]?.n),
      }
    },

    async layout() {
      const [row] = await all(
        db.selectFrom('layout').selectAll().orderBy('version', 'desc').limit(sql.lit(1)).compile(),
      )
      return row && { ...row, created: instant(row.created), layout: JSON.parse(row.layout) }
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

    async saveLayout(layout, author, now) {
      const values = { created: now, author, layout: JSON.stringify(layout) }
      return (await run(db.insertInto('layout').values(values).compile())).insertId
    },
  }
}

function pageOf<T>(found: readonly T[], limit: number, keyOf: (item: T) => readonly (string | number)[]) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && found.length > limit ? writeKey(keyOf(last)) : null }
}

const totals = (row: { [Column in (typeof ledgerSums)[number]]?: number | string }) => ({
  committed: Number(row.committed ?? 0),
  duplicate: Number(row.duplicate ?? 0),
  quarantined: Number(row.quarantined ?? 0),
  lost: Number(row.lost ?? 0),
  damaged: Number(row.damaged ?? 0),
})
