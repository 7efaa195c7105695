/**
 * The newest row of every place, read along the key, one row a place: a plain GROUP BY would look at every row of every year.
 */
import { CompiledQuery, sql } from 'kysely'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { occupancy } from '../tables/occupancy.ts'
import type { Tables } from '../tables.ts'

type OccupancyRows = Tables['occupancy'][]
export type NewestOccupancy = (spanMs: number) => Promise<OccupancyRows>

/** Below every start: in front of a place in the order of the key. */
const beforeAll = Number.MIN_SAFE_INTEGER

const names = { site: sql.ref('site'), level: sql.ref('level'), zone: sql.ref('zone') }

/** The place that comes before this one in the key, in the words that each server answers along the key. */
const placeBefore = {
  // A row value; with the start in it, because SQLite passes over the place itself row by row otherwise.
  rowValues: ({ site, level, zone }: OccupancyRows[number]) =>
    sql<boolean>`(site, level, zone, start) < (${site}, ${level}, ${zone}, ${sql.lit(beforeAll)})`,
  alternatives: ({ site, level, zone }: OccupancyRows[number]) =>
    sql<boolean>`(${names.site} < ${site} OR (${names.site} = ${site} AND (${names.level} < ${level} OR (${names.level} = ${level} AND ${names.zone} < ${zone}))))`,
} as const

/** From the end of the key to the newest row of the last place, from there to that of the place before it, and so on. */
function seeking({ db, all }: SqlRunner, before: (typeof placeBefore)[keyof typeof placeBefore]): NewestOccupancy {
  return async (spanMs) => {
    const found: OccupancyRows = []
    for (;;) {
      const last = found.at(-1)
      let query = db.selectFrom('occupancy').select(occupancy.columnNames).where('span_ms', '=', spanMs)
      if (last) query = query.where(before(last))
      for (const column of ['span_ms', 'site', 'level', 'zone', 'start'] as const) query = query.orderBy(column, 'desc')
      const [row] = await all(query.limit(sql.lit(1)).compile())
      if (!row) return found
      found.push(row)
    }
  }
}

/** Where a question costs microseconds. */
export const newestInSqlite = (runner: SqlRunner): NewestOccupancy => seeking(runner, placeBefore.rowValues)

/** Where it costs a round trip: the server skips from place to place within one statement, as soon as its statistics know how few there are. */
export function newestInMysql(runner: SqlRunner): NewestOccupancy {
  const { all } = runner
  const seek = seeking(runner, placeBefore.alternatives)
  const key = '`span_ms`, `site`, `level`, `zone`'
  const raw = <Row>(query: string) => all(CompiledQuery.raw(query) as CompiledQuery<Row>)
  return async (spanMs) => {
    const grouped = `SELECT ${key}, MAX(\`start\`) AS \`start\` FROM \`occupancy\` WHERE \`span_ms\` = ${spanMs} GROUP BY ${key}`
    const [plan] = await raw<{ Extra: string | null }>(`EXPLAIN ${grouped}`)
    if (!plan?.Extra?.includes('index for group-by')) return seek(spanMs)
    const columns = occupancy.columnNames.map((column) => `\`o\`.\`${column}\``).join(', ')
    return raw(`SELECT ${columns} FROM (${grouped}) AS \`n\` JOIN \`occupancy\` AS \`o\` USING (${key}, \`start\`)`)
  }
}
