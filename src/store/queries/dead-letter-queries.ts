/** Dead letters and what was discarded of them: pages, counts by code, and the mark that asks for another try. */
import { sql } from 'kysely'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { wholeLetters } from '../letter-pieces.ts'
import type { LossStore } from '../losses.ts'
import type { Store } from '../store.ts'
import { deadLetter } from '../tables/dead-letter.ts'
import { discard } from '../tables/discard.ts'
import { pageOf, readKey } from './keyset.ts'

type DeadLetterQueries = Pick<Store, 'undecidedFrames' | 'requeuedDeadLetters' | 'deadLetters' | 'requeue'> &
  Pick<LossStore, 'deadLetterCodes' | 'deadLetter' | 'discardOf'>

export function deadLetterQueries(runner: SqlRunner): DeadLetterQueries {
  const { db, all, run } = runner
  const deadLetters = db.selectFrom('dead_letter').select(deadLetter.columnNames)

  return {
    async undecidedFrames() {
      const query = deadLetters.where('state', '=', 'tentative').orderBy('pos').orderBy('idx')
      return await wholeLetters(runner, await all(query.compile()))
    },

    async requeuedDeadLetters(limit) {
      const query = deadLetters.where('state', '=', 'requeued').orderBy('pos').orderBy('idx').limit(sql.lit(limit))
      return await wholeLetters(runner, await all(query.compile()))
    },

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

    async deadLetterCodes() {
      const query = db
        .selectFrom('dead_letter')
        .where('state', '<>', 'tentative')
        .select(['code', 'state', ({ fn }) => fn.countAll<number | string>().as('n')])
        .groupBy(['code', 'state'])
      const byCode = Map.groupBy(await all(query.compile()), ({ code }) => code)
      const sum = (rows: readonly { state: string; n: number | string }[], state: string) =>
        rows.reduce((total, row) => total + (row.state === state ? Number(row.n) : 0), 0)
      return [...byCode]
        .map(([code, rows]) => ({ code, waiting: sum(rows, 'new'), requeued: sum(rows, 'requeued') }))
        .sort((a, b) => b.waiting + b.requeued - a.waiting - a.requeued || (a.code < b.code ? -1 : 1))
    },

    async deadLetter(pos, idx) {
      const query = db
        .selectFrom('dead_letter')
        .select(deadLetter.columnNames)
        .where('pos', '=', pos)
        .where('idx', '=', idx)
        .where('state', '<>', 'tentative')
      const [row] = await all(query.compile())
      return row && (await wholeLetters(runner, [row]))[0]
    },

    async discardOf(pos, idx) {
      const query = db.selectFrom('discard').select(discard.columnNames).where('pos', '=', pos).where('idx', '=', idx)
      const [row] = await all(query.compile())
      return row && discard.row(row)
    },
  }
}
