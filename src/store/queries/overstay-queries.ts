/** Overstays, and what is remembered of stays that go on. */
import { sql } from 'kysely'
import type { Instant } from '../../lib/brand.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { HistoryStore, StayFilter } from '../history.ts'
import { type OverstayRow, overstay } from '../tables/overstay.ts'
import { stayStanding } from '../tables/stay-standing.ts'
import { pageOf, readKey } from './keyset.ts'
import { compareText, isAskedByBay, rowsAtOnce } from './stay-queries.ts'

type OverstayKey = readonly [ended: number, bay: string, arrival: number]
const keyOf = ({ ended, bay, arrival }: OverstayRow): OverstayKey => [ended as number, bay, arrival]

type OverstayStore = Pick<HistoryStore, 'standingStays' | 'currentOverstays' | 'endedOverstays' | 'forgetOverstays'>

export function overstayQueries(runner: SqlRunner): OverstayStore {
  const { db, all, run } = runner
  return {
    async standingStays() {
      return (await all(db.selectFrom('stay_standing').select(stayStanding.columnNames).compile())).map(
        stayStanding.row,
      )
    },
    async currentOverstays() {
      const query = db.selectFrom('overstay').select(overstay.columnNames).where('ended', 'is', null)
      return (await all(query.compile()))
        .map(overstay.row)
        .sort((a, b) => a.begun - b.begun || compareText(a.bay, b.bay))
    },
    async endedOverstays({ cursor, limit, ...asked }) {
      const { bays } = asked
      const items: OverstayRow[] = []
      let after = cursor === undefined ? undefined : readKey<OverstayKey>(cursor, ['n', 's', 'n'])
      const atOnce = isAskedByBay(bays) ? limit + 1 : rowsAtOnce
      for (let rowsLeft = bays.size > 0; rowsLeft && items.length <= limit; ) {
        const rows = await endedSome(runner, asked, after, atOnce)
        items.push(...rows.filter(({ bay }) => bays.has(bay)))
        const last = rows.at(-1)
        after = last && keyOf(last)
        rowsLeft = rows.length === atOnce
      }
      return pageOf(items, limit, keyOf)
    },
    async forgetOverstays(before) {
      const some = db.deleteFrom('overstay').where('ended', '<', before * dayMs)
      return (await run(some.compile())).affected
    },
  }
}

async function endedSome(
  { db, all }: SqlRunner,
  { bays, from, to }: Omit<StayFilter, 'cursor' | 'limit'>,
  after: OverstayKey | undefined,
  limit: number,
) {
  let query = db
    .selectFrom('overstay')
    .select(overstay.columnNames)
    .where('ended', '>=', from)
    .where('ended', '<', to)
    .where('minutes', '>', 0)
    .orderBy('ended', 'desc')
    .orderBy('bay')
    .orderBy('arrival')
    .limit(sql.lit(limit))
  if (isAskedByBay(bays)) query = query.where('bay', 'in', [...bays])
  if (after) {
    const [ended, bay, arrival] = [after[0] as Instant, after[1], after[2]]
    query = query.where((eb) =>
      eb.or([
        eb('ended', '<', ended),
        eb.and([eb('ended', '=', ended), eb('bay', '>', bay)]),
        eb.and([eb('ended', '=', ended), eb('bay', '=', bay), eb('arrival', '>', arrival)]),
      ]),
    )
  }
  return (await all(query.compile())).map(overstay.row)
}
