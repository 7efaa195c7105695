/** Many reads that see one state of the database while others are committed. */
import { composer, type SqlRunner } from '../sql-runner.ts'
import type { MysqlSession } from './mysql-session.ts'

/** A table that got a partition since the snapshot began cannot be read in it (1412): that happens once a day. */
const tableChanged = 1412
const triesMax = 5

/** `read` runs again where a table was changed under it. */
export async function inSnapshot<T>(session: MysqlSession, read: (runner: SqlRunner) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await once(session, read)
    } catch (error) {
      if (attempt === triesMax || (error as { errno?: number }).errno !== tableChanged) throw error
    }
}

async function once<T>(session: MysqlSession, read: (runner: SqlRunner) => Promise<T>): Promise<T> {
  // Sessions are READ COMMITTED, where every statement sees another state; this holds for the next transaction only.
  await session.command('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await session.command('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  try {
    return await read({
      db: composer.mysql(),
      keyLists: 'json',
      all: ({ sql, parameters }) => session.query(sql, parameters as (string | number)[]),
      run: ({ sql, parameters }) => session.execute(sql, parameters as (string | number)[]),
    })
  } finally {
    if (session.isOpen()) await session.command('ROLLBACK')
  }
}
