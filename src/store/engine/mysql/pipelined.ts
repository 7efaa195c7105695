/**
 * The statements of one transaction, sent without waiting for the answers of those before: the server works while the next are packed.
 *
 * A client prepares a statement that it has not sent before, so one that it has sent overtakes it. Inserts of a batch bring each row once and may
 * come in any order; what else is sent waits for them, and they for it.
 *
 * The scope ends only when nothing is under way any more after a failure: a client that sends its rows in several statements would send
 * the rest behind the ROLLBACK, where each is committed alone.
 */
import { setImmediate } from 'node:timers/promises'
import type { SqlValue } from '../../column.ts'
import type { MysqlSession } from './mysql-session.ts'
import type { RowStatement } from './statements.ts'

export interface Pipelined extends AsyncDisposable {
  /** Resolves when there is room for the next; rejects with the first fault, in the order of sending. No rows are no statement. */
  insertMany(statement: RowStatement, rows: SqlValue[][], mapFault?: (fault: unknown) => unknown): Promise<void>
  /** `check` looks at the number of rows found, and throws what is wrong with it. */
  execute(sql: string, params: readonly SqlValue[], check?: (affected: number) => void): Promise<void>
  /** Resolves when everything was done; rejects with the first fault, in the order of sending. */
  answered(): Promise<void>
}

/** Some MB of rows that are packed and not yet stored. */
export const underWayMax = 4

export function pipelined(session: Pick<MysqlSession, 'insertMany' | 'execute'>): Pipelined {
  const underWay: Promise<unknown>[] = []
  let isInserting = false
  async function answered() {
    while (underWay.length > 0) await underWay.shift()
  }
  async function turnTo(inserting: boolean) {
    if (inserting !== isInserting) await answered()
    isInserting = inserting
  }
  async function add(answer: Promise<unknown>) {
    // Its fault is thrown when its turn comes.
    answer.catch(() => {})
    underWay.push(answer)
    // What the socket could not take at once is written while the next is packed.
    await setImmediate()
    while (underWay.length >= underWayMax) await underWay.shift()
  }
  return {
    async insertMany(statement, rows, mapFault = (fault) => fault) {
      if (rows.length === 0) return
      await turnTo(true)
      const answer = session.insertMany(statement, rows)
      await add(
        answer.catch((fault) => {
          throw mapFault(fault)
        }),
      )
    },
    async execute(sql, params, check) {
      await turnTo(false)
      await add(session.execute(sql, params).then(({ affected }) => check?.(affected)))
    },
    answered,
    [Symbol.asyncDispose]: async () => void (await Promise.allSettled(underWay)),
  }
}
