/** Overrides read back: the same SQL in every dialect, every query along a key. */
import { sql } from 'kysely'
import type { BayStore, StoredBays } from '../bays.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { bayOverride } from '../tables/bay-override.ts'
import { readKey, writeKey } from './keyset.ts'

interface OverrideStore extends Pick<BayStore, 'override' | 'overrides'> {
  /** Where the fold resumes. */
  storedOverrides(): Promise<Pick<StoredBays, 'newestOverride' | 'overrides' | 'endedOverrides'>>
}

export function overrideQueries({ db, all }: SqlRunner): OverrideStore {
  const overrides = db.selectFrom('bay_override').select(bayOverride.columnNames)
  return {
    async storedOverrides() {
      const inForce = await all(overrides.where('ended_at', 'is', null).compile())
      const ended = await all(db.selectFrom('bay_override').select('id').where('ended_at', 'is not', null).compile())
      const highest = db.selectFrom('bay_override').select(({ fn }) => fn.max('pos').as('pos'))
      return {
        newestOverride: (await all(highest.compile()))[0]?.pos ?? 0,
        overrides: inForce.map(bayOverride.row),
        endedOverrides: ended.map(({ id }) => id),
      }
    },

    async override(id) {
      const [row] = await all(overrides.where('id', '=', id).compile())
      return row && bayOverride.row(row)
    },

    async overrides({ state, now, cursor, limit }) {
      let query = overrides
        .where('ended_at', state === 'ended' ? 'is not' : 'is', null)
        .orderBy('pos', 'desc')
        .limit(sql.lit(limit + 1))
      if (state !== 'ended') query = query.where('begins', state === 'planned' ? '>' : '<=', now)
      if (cursor !== undefined) query = query.where('pos', '<', readKey<[number]>(cursor, ['n'])[0])
      const found = (await all(query.compile())).map(bayOverride.row)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next: last && found.length > limit ? writeKey([last.pos]) : null }
    },
  }
}
