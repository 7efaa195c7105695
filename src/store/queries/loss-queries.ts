/** Reading back what was lost and why: the same SQL in every dialect. */
import { sql } from 'kysely'
import { readSum } from '../../lib/sum.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturatingTotal } from '../engine/sums.ts'
import type { LossStore, LossTotal } from '../losses.ts'
import { gap } from '../tables/gap.ts'
import type { LossRow } from '../tables/loss.ts'
import { gapsOf, lossesOf, lossPage, wantsGaps, wantsLosses } from './loss-list.ts'
import { sensorDayQueries } from './sensor-day-queries.ts'

type LossQueries = Pick<LossStore, 'gapsFrom' | 'losses' | 'lossTotals' | 'sensorDays'>

export function lossQueries(runner: SqlRunner): LossQueries {
  const { db, all } = runner
  return {
    ...sensorDayQueries(runner),
    async gapsFrom(device, epoch, seq, limit) {
      const query = db
        .selectFrom('gap')
        .select(gap.columnNames)
        .where('device', '=', device)
        .where('epoch', '=', epoch)
        .where('to_seq', '>=', seq)
        .orderBy('to_seq')
        .limit(sql.lit(limit))
      return (await all(query.compile())).map(gap.row)
    },

    losses: (filter) => lossPage(runner, filter),

    async lossTotals(filter) {
      const totals: LossTotal[] = []
      if (wantsGaps(filter)) {
        const sum = saturatingTotal(sql`(${sql.ref('g.to_seq')} - ${sql.ref('g.from_seq')} + 1)`)
        const [row] = await all(
          gapsOf(runner, filter)
            .select([sum.as('frames'), sql<number>`count(*)`.as('gaps')])
            .compile(),
        )
        if (row && Number(row.gaps) > 0)
          totals.push({ cause: 'sequence-gap', frames: readSum(row.frames), uncounted: 0 })
      }
      if (wantsLosses(filter)) {
        const query = lossesOf(runner, filter)
          .select([
            'cause',
            saturatingTotal(sql.ref('frames')).as('known'),
            sql<number | string>`count(*) - count(${sql.ref('frames')})`.as('uncounted'),
          ])
          .groupBy('cause')
          .orderBy('cause')
        for (const { cause, known, uncounted } of await all(query.compile()))
          totals.push({ cause: cause as LossRow['cause'], frames: readSum(known), uncounted: Number(uncounted) })
      }
      return totals
    },
  }
}
