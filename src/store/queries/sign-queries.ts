/** Signs and their history read back: the same SQL in every dialect, every query along a key. */
import { sql } from 'kysely'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { SignStore } from '../signs.ts'
import { foldClock } from '../tables/fold-clock.ts'
import { sign } from '../tables/sign.ts'
import { signChange } from '../tables/sign-change.ts'
import { readKey, writeKey } from './keyset.ts'

export function signQueries({ db, all }: SqlRunner): SignStore {
  const signs = db.selectFrom('sign').select(sign.columnNames)
  const changes = db.selectFrom('sign_change').select(signChange.columnNames)
  return {
    signs: async () => (await all(signs.orderBy('id').compile())).map(sign.row),

    signsSince: async (rev) => (await all(signs.where('rev', '>', rev).orderBy('rev').compile())).map(sign.row),

    async signRev() {
      const newest = db.selectFrom('sign').select(({ fn }) => fn.max('rev').as('rev'))
      return (await all(newest.compile()))[0]?.rev ?? 0
    },

    async sign(id) {
      const [row] = await all(signs.where('id', '=', id).compile())
      return row && sign.row(row)
    },

    async signHistory({ sign: id, cursor, limit }) {
      let query = changes.where('sign', '=', id)
      if (cursor !== undefined) query = query.where('change_number', '<', readKey<[number]>(cursor, ['n'])[0])
      const found = await all(
        query
          .orderBy('change_number', 'desc')
          .limit(sql.lit(limit + 1))
          .compile(),
      )
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = last && found.length > limit ? writeKey([last.change_number]) : null
      return { items: items.map(signChange.row), next }
    },

    async foldClock() {
      const [row] = await all(db.selectFrom('fold_clock').select(foldClock.columnNames).where('part', '=', 0).compile())
      return row && foldClock.row(row).at
    },
  }
}
