/** The layout in effect, and the version that a record of a journal became. */
import { sql } from 'kysely'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { LayoutStore } from '../layouts.ts'
import { layoutHeadColumns, toHead, toLayout, toPacked } from '../layouts.ts'
import { readKey, writeKey } from './keyset.ts'

export function layoutQueries({ db, all }: SqlRunner): LayoutStore {
  const layoutAt = (version: number | undefined) => {
    const newest = db.selectFrom('layout').orderBy('version', 'desc').limit(sql.lit(1))
    return version === undefined ? newest : newest.where('version', '=', version)
  }
  return {
    async layout(version) {
      const [row] = await all(layoutAt(version).selectAll().compile())
      return row && toLayout(row)
    },

    async packedLayout(version) {
      const [row] = await all(layoutAt(version).selectAll().compile())
      return row && toPacked(row)
    },

    async layoutVersions({ cursor, limit }) {
      let query = db.selectFrom('layout').select(layoutHeadColumns).orderBy('version', 'desc')
      if (cursor !== undefined) query = query.where('version', '<', readKey<[number]>(cursor, ['n'])[0])
      const found = (await all(query.limit(sql.lit(limit + 1)).compile())).map(toHead)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next: last && found.length > limit ? writeKey([last.version]) : null }
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
