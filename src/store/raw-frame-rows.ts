/** From a raw frame to its row and back, and the one way it is read in every dialect. */
import { sql } from 'kysely'
import { instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { RawFrameRow, RawStore } from './raw-frames.ts'
import { int, type SqlValue, text } from './rows.ts'
import type { SqlRunner } from './sql-runner.ts'

export interface RawFrameTables {
  raw_frame: {
    /** Days since 1970 UTC, of copying: what retention goes by. */
    day: number
    pos: number
    idx: number
    source: string
    arrived: number
    bytes: Uint8Array
  }
}

export const rawFrameColumns = ['day', 'pos', 'idx', 'source', 'arrived', 'bytes'] as const

export const rawFrameValues = (row: RawFrameRow, day: number): SqlValue[] => [
  day,
  int(row.pos, 'pos'),
  int(row.idx, 'idx'),
  text(row.source, 'source'),
  int(row.arrived, 'arrived'),
  row.bytes,
]

const toRawFrame = ({ pos, idx, source, arrived, bytes }: RawFrameTables['raw_frame']): RawFrameRow => ({
  ...{ pos, idx, source, arrived: instant(arrived), bytes: new Uint8Array(bytes) },
})

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
          if (row) return toRawFrame(row)
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
