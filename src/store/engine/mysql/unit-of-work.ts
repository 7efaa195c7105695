/**
 * One transaction. What leaves the scope without `commit` rolls it back; if even that fails, the session goes and the server does.
 *
 * A deadlock takes the whole transaction back at once, and packets that were sent without waiting still arrive behind it. With
 * autocommit on, each of them would be committed alone; off, they are part of a transaction that ends with the ROLLBACK.
 */
import type { MysqlSession } from './mysql-session.ts'

export interface UnitOfWork extends AsyncDisposable {
  commit(): Promise<void>
}

export async function unitOfWork(session: MysqlSession): Promise<UnitOfWork> {
  await session.command('SET autocommit = 0')
  let done = false
  return {
    async commit() {
      await session.command('COMMIT')
      done = true
    },
    async [Symbol.asyncDispose]() {
      if (!session.isOpen()) return
      try {
        if (!done) await session.command('ROLLBACK')
        // Only now: it commits what is open.
        await session.command('SET autocommit = 1')
      } catch {
        // The server rolls back what the session had not committed.
        session.destroy('the transaction could not be rolled back')
      }
    },
  }
}
