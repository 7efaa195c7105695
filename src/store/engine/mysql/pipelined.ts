/**
 * The statements of one transaction, sent without waiting for the answers of those before: the server works while the next are packed.
 *
 * The scope ends only when nothing is under way any more, whatever failed: a client that sends its rows in several statements would send
 * the rest behind the ROLLBACK, where each is committed by itself.
 */
import { setImmediate } from 'node:timers/promises'
import type { SqlValue } from '../../column.ts'
import type { MysqlSession } from './mysql-session.ts'
import type { RowStatement } from './statements.ts'

export interface Pipelined extends AsyncDisposable {
  /** Resolves when there is room for the next; rejects with the first fault, in the order of sending. No rows are no statement. */
  insertMany(statement: RowStatement, rows: SqlValue[][], told?: (fault: unknown) => unknown): Promise<void>
  /** `check` looks at the number of rows found, and throws what is wrong with it. */
  execute(sql: string, params: readonly SqlValue[], check?: (affected: number) => void): Promise<void>
  /** Resolves when everything was done; rejects with the first fault, in the order of sending. */
  answered(): Promise<void>
}

/** Some MB of rows that are packed and not yet stored. */
export const underWayMax = 4

export function pipelined(session: Pick<MysqlSession, 'insertMany' | 'execute'>): Pipelined {
  const underWay: Promise<unknown>[] = []
  async function add(answer: Promise<unknown>) {
    // Its fault is told when its turn comes.
    answer.catch(() => {})
    underWay.push(answer)
    // What the socket could not take at once is written while the next is packed.
    await setImmediate()
    while (underWay.length >= underWayMax) await underWay.shift()
  }
  return {
    async insertMany(statement, rows, told = (fault) => fault) {
      if (rows.length === 0) return
      const answer = session.insertMany(statement, rows)
      await add(
        answer.catch((fault) => {
          throw told(fault)
        }),
      )
    },
    execute: (sql, params, check) => add(session.execute(sql, params).then(({ affected }) => check?.(affected))),
    async answered() {
      while (underWay.length > 0) await underWay.shift()
    },
    [Symbol.asyncDispose]: async () => void (await Promise.allSettled(underWay)),
  }
}
