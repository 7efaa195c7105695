/** One transaction. Whatever leaves the scope without `commit` rolls it back; if even that fails, the session goes and the server does. */
import type { MysqlSession } from './mysql-session.ts'

export interface UnitOfWork extends AsyncDisposable {
  commit(): Promise<void>
}

export async function unitOfWork(session: MysqlSession): Promise<UnitOfWork> {
  await session.command('START TRANSACTION')
  let done = false
  return {
    async commit() {
      await session.command('COMMIT')
      done = true
    },
    async [Symbol.asyncDispose]() {
      if (done || !session.isOpen()) return
      await session.command('ROLLBACK').catch(() => session.destroy('the transaction could not be rolled back'))
    },
  }
}
