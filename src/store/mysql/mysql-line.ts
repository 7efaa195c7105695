/**
 * The line to the server: one session at a time, made again when it is gone, used by one caller at a time. A transaction and the reads
 * of others never mix, and nobody waits for ever: a call that takes too long loses its session and fails as transient.
 */
import { StoreError } from '../store.ts'
import { connect } from './connect.ts'
import { mysqlFault } from './mysql-faults.ts'
import { type MysqlAddress, type MysqlClient, type MysqlSession, silentSMax } from './mysql-session.ts'

export interface MysqlLine extends AsyncDisposable {
  use<T>(action: (session: MysqlSession) => Promise<T>, options?: { readonly msMax?: number }): Promise<T>
}

/** The largest batch takes a second or two; ten times a lock wait is still below. */
export const callMsMax = 60_000
/** After this much silence a session is asked whether it lives before it is trusted with work: well below the server's patience. */
const askAfterMs = (silentSMax * 1_000) / 4

export interface MysqlLineOptions {
  readonly client?: MysqlClient | 'auto'
  readonly callMs?: number
}

export function mysqlLine(address: MysqlAddress, { client = 'auto', callMs = callMsMax }: MysqlLineOptions): MysqlLine {
  let session: MysqlSession | undefined
  let lastUsed = 0
  let closed = false
  let turn: Promise<unknown> = Promise.resolve()

  async function ready(): Promise<MysqlSession> {
    if (closed) throw new StoreError('transient', 'the store is closed')
    if (session?.isOpen() && performance.now() - lastUsed > askAfterMs)
      await session.query('SELECT 1 AS alive', []).catch(() => session?.destroy('the session had died in silence'))
    if (!session?.isOpen()) session = await connect(address, client)
    return session
  }

  async function inTime<T>(work: Promise<T>, ms: number, onLate: () => void): Promise<T> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      onLate()
      late.reject(new StoreError('transient', `the database did not answer within ${ms / 1_000} s`))
      session?.destroy('the call took too long')
    }, ms)
    try {
      return await Promise.race([work, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    use(action, { msMax = callMs } = {}) {
      const mine = turn.then(async () => {
        let isLate = false
        const work = async () => {
          const session = await ready()
          // Nobody waits for this call any more, and the line may be another's: a session made too late is kept for the next one.
          if (isLate) throw new StoreError('transient', 'the call took too long')
          return action(session)
        }
        try {
          return await inTime(work(), msMax, () => {
            isLate = true
          })
        } catch (error) {
          throw mysqlFault(error)
        } finally {
          lastUsed = performance.now()
        }
      })
      turn = mine.catch(() => {})
      return mine
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await turn
      await session?.end()
    },
  }
}
