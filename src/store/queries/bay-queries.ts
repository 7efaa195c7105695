/** States of bays read back: the same SQL in every dialect, every query along a key. */
import { setImmediate } from 'node:timers/promises'
import { CompiledQuery, sql } from 'kysely'
import type { BayStateRow } from '../../domain/folds/bay-rows.ts'
import type { Instant } from '../../lib/brand.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { BayStore } from '../bays.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { toLayout } from '../layouts.ts'
import type { SqlRowOf } from '../table.ts'
import { bayChange } from '../tables/bay-change.ts'
import { bayState } from '../tables/bay-state.ts'
import { gatewayQueries } from './gateway-queries.ts'
import { overrideQueries } from './override-queries.ts'

/** Bays whose history is shortened at a time: a batch waits for it. */
const baysForgottenAtOnce = 100

// Backticks are quotes in every dialect here.
const newestOfBay = 'SELECT MAX(`time`) FROM `bay_change` WHERE `bay` = `b`.`bay` AND `time` <= ?'
const columnsOf = (alias: string, names: readonly string[]) =>
  names.map((name) => `\`${alias}\`.\`${name}\``).join(', ')
const baysAtSql =
  `SELECT ${columnsOf('c', bayChange.columnNames)} FROM \`bay_state\` AS \`b\` ` +
  `JOIN \`bay_change\` AS \`c\` ON \`c\`.\`bay\` = \`b\`.\`bay\` AND \`c\`.\`time\` = (${newestOfBay})`
const firstChangeSql =
  'SELECT MIN((SELECT MIN(`time`) FROM `bay_change` WHERE `bay` = `b`.`bay`)) AS `first` FROM `bay_state` AS `b`'

export function bayQueries(runner: SqlRunner): BayStore {
  const { db, all } = runner
  const { storedGateways, ...gateways } = gatewayQueries(runner)
  const states = db.selectFrom('bay_state').select(bayState.columnNames)
  const { storedOverrides, ...overrides } = overrideQueries(runner)
  const raw = <Row>(text: string, ...parameters: unknown[]) =>
    all(CompiledQuery.raw(text, parameters) as CompiledQuery<Row>)

  return {
    ...gateways,
    ...overrides,
    async storedBays() {
      const rows: BayStateRow[] = (await all(states.orderBy('bay').compile())).map(bayState.row)
      return {
        ...(await storedOverrides()),
        states: rows,
        gateways: await storedGateways(),
        clock: await this.foldClock(),
      }
    },

    async baysSince(rev, limit) {
      const since = states.where('rev', '>', rev)
      const rows = await all(since.orderBy('rev').limit(sql.lit(limit)).compile())
      const last = rows.at(-1)
      if (!last || rows.length < limit) return rows.map(bayState.row)
      // Bays that share the last rev come too. A bay that moved on meanwhile is missing here and comes with its newer rev.
      const ties = await all(since.where('rev', '=', last.rev).orderBy('bay').compile())
      return [...rows.filter((row) => row.rev < last.rev), ...ties].map(bayState.row)
    },

    async bayRev() {
      const newest = db.selectFrom('bay_state').select(({ fn }) => fn.max('rev').as('rev'))
      return (await all(newest.compile()))[0]?.rev ?? 0
    },

    baysAt: async (at) => (await raw<SqlRowOf<typeof bayChange>>(baysAtSql, at)).map(bayChange.row),

    bayChangesBetween: (bays, from, to) => bayChangesBetween(runner, bays, from, to),

    async firstBayChange() {
      const [row] = await raw<{ first: number | null }>(firstChangeSql)
      return (row?.first ?? undefined) as Instant | undefined
    },

    async foldClock() {
      const [clock] = await all(db.selectFrom('fold_clock').select('at').where('part', '=', 0).compile())
      return clock?.at as Instant | undefined
    },

    async layoutAt(at) {
      const newest = db.selectFrom('layout').selectAll().where('created', '<=', at).orderBy('version', 'desc')
      const [row] = await all(newest.limit(sql.lit(1)).compile())
      return row && toLayout(row)
    },

    forgetBayChanges: (before) => forgetBayChanges(runner, before * dayMs),
  }
}

async function bayChangesBetween({ db, all }: SqlRunner, bays: readonly string[], from: Instant, to: Instant) {
  if (bays.length === 0) return []
  const begin = db
    .selectFrom('bay_change')
    .select(['bay', ({ fn }) => fn.max('time').as('time')])
    .where('bay', 'in', [...bays])
    .where('time', '<=', from)
    .groupBy('bay')
    .as('b')
  const columns = bayChange.columnNames.map((name) => `c.${name}` as const)
  const changes = db
    .selectFrom('bay_change as c')
    .leftJoin(begin, 'b.bay', 'c.bay')
    .select(columns)
    .where('c.bay', 'in', [...bays])
    .where('c.time', '<', to)
    .where((eb) => eb.or([eb('c.time', '>=', from), eb('c.time', '=', eb.ref('b.time'))]))
    .orderBy('c.bay')
    .orderBy('c.time')
  return (await all(changes.compile())).map((row) => bayChange.row(row as never))
}

async function forgetBayChanges({ db, all, run }: SqlRunner, horizon: number): Promise<number> {
  let gone = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const some = db.selectFrom('bay_state').select('bay').where('bay', '>', after).orderBy('bay')
    const bays: readonly { readonly bay: string }[] = await all(some.limit(sql.lit(baysForgottenAtOnce)).compile())
    for (const { bay } of bays) {
      const newest = db
        .selectFrom('bay_change')
        .select(({ fn }) => fn.max('time').as('time'))
        .where('bay', '=', bay)
        .where('time', '<', horizon)
      const time = (await all(newest.compile()))[0]?.time
      if (time === undefined || time === null) continue
      const older = db.deleteFrom('bay_change').where('bay', '=', bay).where('time', '<', time)
      gone += (await run(older.compile())).affected
    }
    after = bays.at(-1)?.bay
    await setImmediate()
  }
  return gone
}
