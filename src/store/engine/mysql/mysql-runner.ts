/** Runs composed statements on a line, or on one session of it. */
import { composer, type SqlRunner } from '../sql-runner.ts'
import type { MysqlLine } from './mysql-line.ts'
import type { MysqlSession } from './mysql-session.ts'

const composing = { db: composer.mysql(), keyLists: 'json' } as const

/** A read that fails because the session has ended is asked once more on a new one. */
export const runnerOnLine = (line: MysqlLine): SqlRunner => ({
  ...composing,
  all: ({ sql, parameters }) =>
    line.use((session) => session.query(sql, parameters as (string | number)[]), { again: true }),
  run: ({ sql, parameters }) => line.use((session) => session.execute(sql, parameters as (string | number)[])),
})

/**
 * Reads on two lines, for sums over many days, of which a server works out as many at a time as there are sessions. A read goes over the second
 * line while the first is taken, and over the first again where the server grants no second session.
 */
export function runnerOnLines(line: MysqlLine, aside: MysqlLine): SqlRunner {
  const [first, second] = [runnerOnLine(line), runnerOnLine(aside)]
  const underWay = { first: 0, second: 0 }
  return {
    ...first,
    readsAtOnce: 2,
    async all(query) {
      const on = underWay.first > underWay.second ? 'second' : 'first'
      underWay[on]++
      try {
        if (on === 'first') return await first.all(query)
        return await second.all(query).catch(() => first.all(query))
      } finally {
        underWay[on]--
      }
    },
  }
}

export const runnerOnSession = (session: MysqlSession): SqlRunner => ({
  ...composing,
  all: ({ sql, parameters }) => session.query(sql, parameters as (string | number)[]),
  run: ({ sql, parameters }) => session.execute(sql, parameters as (string | number)[]),
})
