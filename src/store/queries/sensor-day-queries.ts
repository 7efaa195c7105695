/** Where the frames of each sensor went by day, newest day first. */
import { sql } from 'kysely'
import { spellingsOf } from '../../domain/hardware-spellings.ts'
import { readSum } from '../../lib/sum.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturating } from '../engine/sums.ts'
import type { LossStore, StoredSensorDay } from '../losses.ts'
import { sensorDaySums } from '../tables/sensor-day.ts'
import { pageOf, readKey } from './keyset.ts'

export function sensorDayQueries({ db, all }: SqlRunner): Pick<LossStore, 'sensorDays'> {
  return {
    async sensorDays({ cursor, limit, ...filter }) {
      let base = db.selectFrom('sensor_day as s').innerJoin('device as d', 'd.id', 's.device')
      if (filter.source !== undefined) base = base.where('d.source', '=', filter.source)
      if (filter.device !== undefined) base = base.where('d.external', 'in', spellingsOf(filter.device))
      if (filter.from !== undefined) base = base.where('s.day', '>=', filter.from)
      if (filter.to !== undefined) base = base.where('s.day', '<=', filter.to)
      const selected = base.select([
        ...(['d.source', 'd.external', 's.day', 's.device'] as const),
        ...sensorDaySums.map((name) => saturating(`s.${name}`).as(name)),
      ])
      const after = cursor === undefined ? undefined : readKey<[number, number]>(cursor, ['n', 'n'])
      const ranges = after
        ? [
            selected.where('s.day', '=', after[0]).where('s.device', '<', after[1]),
            selected.where('s.day', '<', after[0]),
          ]
        : [selected]
      const found: StoredSensorDay[] = []
      for (const range of ranges) {
        if (found.length > limit) break
        const ordered = range
          .orderBy('s.day', 'desc')
          .orderBy('s.device', 'desc')
          .limit(sql.lit(limit + 1 - found.length))
        for (const row of await all(ordered.compile())) found.push({ ...row, ...sumsOf(row) })
      }
      return pageOf(found, limit, ({ day, device }) => [day, device])
    },
  }
}

/** A column may come as text from a sum or a case. */
const sumsOf = (row: Record<(typeof sensorDaySums)[number], number>) => ({
  ...{ committed: readSum(row.committed), duplicate: readSum(row.duplicate), quarantined: readSum(row.quarantined) },
  ...{ lost: readSum(row.lost), readings: readSum(row.readings) },
})
