/** How a raw frame is read in every dialect. */
import { sql } from 'kysely'
import { dayNumber } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { RawStore } from '../raw-frames.ts'
import { type RawFrameRow, rawFrameOf } from '../tables/raw-frame.ts'

/** A day at a time, along the key: an index over all days would cost every frame an entry. */
export function rawFrameQueries({ db, all }: SqlRunner): Pick<RawStore, 'rawFrame'> {
  return {
    async rawFrame({ pos, idx, arrived }) {
      // It is copied soon after it came: on that day, or on the next one.
      const hinted = arrived === undefined ? 0 : dayNumber(arrived) - 1
      return (await lookFrom(hinted, Number.MAX_SAFE_INTEGER)) ?? (await lookFrom(0, hinted))

      async function lookFrom(from: number, until: number): Promise<RawFrameRow | undefined> {
        for (let day = await dayFrom(from, until); day !== undefined; day = await dayFrom(day + 1, until)) {
          const query = db
            .selectFrom('raw_frame')
            .selectAll()
            .where('day', '=', day)
            .where('pos', '=', pos)
            .where('idx', '=', idx)
          const [row] = await all(query.compile())
          if (row) return rawFrameOf(row)
        }
        return undefined
      }
    },
  }

  async function dayFrom(from: number, until: number): Promise<number | undefined> {
    if (from >= until) return undefined
    const query = db
      .selectFrom('raw_frame')
      .select('day')
      .where('day', '>=', from)
      .where('day', '<', until)
      .orderBy('day')
      .limit(sql.lit(1))
    return (await all(query.compile()))[0]?.day
  }
}
