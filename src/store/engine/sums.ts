/** Sums in SQL that neither overflow inside the database nor come back as more than JavaScript holds (lib/sum.ts). */
import { type RawBuilder, sql } from 'kysely'
import { sumMax } from '../../lib/sum.ts'

const full = sql.lit(sumMax)

/** For an upsert: `column` plus what comes in, full at `max`, 2^53 - 1. Nothing in it overflows 64 bits for any value of the column. */
export const addedUp = (column: string, incoming: string, max = sumMax): string =>
  `CASE WHEN ${column} >= ${max} OR ${incoming} >= ${max} OR ${column} >= ${max} - ${incoming}
   THEN ${max} ELSE ${column} + ${incoming} END`

/** A column that saturates. An earlier release let it grow further, and SQLite's client throws at such a number. */
export const saturating = (column: string): RawBuilder<number> =>
  sql<number>`case when ${sql.ref(column)} > ${full} then ${full} else ${sql.ref(column)} end`

/** The sum over rows of what saturates; to be read with `readSum`. One full row makes it full. */
export const saturatingTotal = (of: RawBuilder<unknown>): RawBuilder<number | string> =>
  sql<number | string>`case when max(${of}) >= ${full} then ${full} else coalesce(sum(${of} * 1.0), 0) end`

/** The sum over rows of a count of frames, as text; to be read with `readCount`. */
export const exactTotal = (column: string): RawBuilder<string> =>
  sql<string>`cast(coalesce(sum(${sql.ref(column)}), 0) as char)`
