/**
 * The line to the server: one session at a time, made again when it is gone, used by one caller at a time. A transaction and the reads
 * of others never mix, and every wait is bounded: a call that takes too long loses its session and fails as transient.
 */
import { StoreError } from '../../store.ts'
import { connect, type Patience } from './connect.ts'
import { isOfSession, mysqlFault } from './mysql-faults.ts'
import { type MysqlAddress, type MysqlClient, type MysqlSession, serverName, silentSMax } from './mysql-session.ts'

export interface UseOptions {
  readonly msMax?: number
  /** Asks once more on a new session when the old one turns out to be gone: for reads, which may happen twice. */
  readonly again?: boolean
}

export interface MysqlLine extends AsyncDisposable {
  use<T>(action: (session: MysqlSession) => Promise<T>, options?: UseOptions): Promise<T>
}

/** The largest batch takes a second or two; ten times a lock wait is still below. */
export const callMsMax = 60_000
/** After this much silence a session is asked whether it lives before it is trusted with work: well below the server's patience. */
const askAfterMs = (silentSMax * 1_000) / 4

/** A call under way may end when the store is closed, but not hold up the end of the process. */
const closeMsMax = 2_000

export interface MysqlLineOptions extends Patience {
  readonly client?: MysqlClient | 'auto'
  readonly callMs?: number
}

export function mysqlLine(address: MysqlAddress, options: MysqlLineOptions): MysqlLine {
  const { client = 'auto', callMs = callMsMax, ...patience } = options
  let session: MysqlSession | undefined
  let lastUsed = 0
  let closed = false
  let turn: Promise<unknown> = Promise.resolve()

  async function ready(call: { readonly isLate: boolean }): Promise<MysqlSession> {
    const isStale = performance.now() - lastUsed > askAfterMs
    if (session?.isOpen() && isStale)
      await session.query('SELECT 1 AS `alive`', []).catch(() => session?.destroy('the session had died in silence'))
    // The caller of a late call has its error already, and the line serves another call by now.
    if (call.isLate) throw tooLate
    if (session?.isOpen()) return session
    if (closed) throw new StoreError('transient', 'the store is closed')
    const made = await connect(address, client, patience)
    if (call.isLate || closed) {
      made.destroy('made too late')
      throw tooLate
    }
    session = made
    return made
  }

  async function inTime<T>(work: Promise<T>, ms: number, call: { isLate: boolean }): Promise<T> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      call.isLate = true
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
    use(action, { msMax = callMs, again = false } = {}) {
      const mine = turn.then(async () => {
        if (closed) throw new StoreError('transient', 'the store is closed')
        const call = { isLate: false }
        const work = async () => action(await ready(call))
        const twice = () =>
          work().catch((error) => {
            if (call.isLate || session === undefined || session.isOpen()) throw error
            return work()
          })
        try {
          return await inTime(again ? twice() : work(), msMax, call)
        } catch (error) {
          const fault = mysqlFault(error, session && serverName(session))
          if (isOfSession(fault)) session?.destroy('another session may have another server, or other rights')
          throw fault
        } finally {
          lastUsed = performance.now()
        }
      })
      // The caller gets the fault; the turn goes on.
      turn = mine.catch(() => {})
      return mine
    },
    async [Symbol.asyncDispose]() {
      const ending = turn.then(() => {
        closed = true
        return session?.end()
      })
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, closeMsMax)
      await Promise.race([ending, patience.promise])
      clearTimeout(timer)
      closed = true
      session?.destroy('the store was closed')
    },
  }
}

const tooLate = new StoreError('transient', 'the call took too long')
