/**
 * A session ready for work: the right client for the server, and settings that the promise rests on, read back rather than hoped for.
 *
 * - Strict mode: a value that does not fit is an error, never a smaller value (S3).
 * - READ COMMITTED: the offset row is locked by hand, and everything else is keyed rows of one writer, so the gap locks of
 *   REPEATABLE READ would only add deadlocks with the few writes of operators. Reads that must agree are one statement.
 * - A session that goes silent is ended by the server after a while, and with it the locks of a transaction whose client is gone.
 */
import { StoreError } from '../../store.ts'
import { mariadbSession } from './mariadb-session.ts'
import { mysqlFault } from './mysql-faults.ts'
import {
  connectMsMax,
  dial,
  type MysqlAddress,
  type MysqlClient,
  type MysqlSession,
  serverName,
  silentSMax,
} from './mysql-session.ts'
import { mysql2Session } from './mysql2-session.ts'

/** A commit holds its locks for a second at most: a wait of five times that fails and is retried. */
const lockWaitSMax = 5

/** For tests, which have less patience. */
export interface Patience {
  readonly lockWaitS?: number | undefined
  readonly silentS?: number | undefined
}

const settings = (isMariaDb: boolean, { lockWaitS = lockWaitSMax, silentS = silentSMax }: Patience) => [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'",
  `SET SESSION time_zone = '+00:00', autocommit = 1, wait_timeout = ${silentS}, innodb_lock_wait_timeout = ${lockWaitS}`,
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION TRANSACTION READ WRITE',
  // What an administrator may have set for everybody: a COMMIT that ends the session or begins the next transaction, answers cut short.
  "SET SESSION completion_type = 'NO_CHAIN', sql_select_limit = 18446744073709551615, sql_safe_updates = 0, sql_big_selects = 1",
  // A recount reads for long; how long a call may take is the line's decision.
  isMariaDb ? 'SET SESSION max_statement_time = 0' : 'SET SESSION max_execution_time = 0',
]

const clients = { mariadb: mariadbSession, mysql2: mysql2Session }

export async function connect(
  address: MysqlAddress,
  client: MysqlClient | 'auto',
  patience: Patience = {},
): Promise<MysqlSession> {
  const session = await open(address, client === 'auto' ? 'mariadb' : client, patience)
  // To a MySQL the mariadb client sends a statement that it must prepare first behind those asked for after it: a letter that was
  // decoded again would be added and then deleted.
  if (session.client === 'mysql2' || session.isMariaDb) return session
  await session.end()
  return open(address, 'mysql2', patience)
}

async function open(address: MysqlAddress, client: MysqlClient, patience: Patience): Promise<MysqlSession> {
  const socket = dial(address)
  const giveUp = () => socket.destroy(new Error(`the server did not answer within ${connectMsMax / 1_000} s`))
  const timer = setTimeout(giveUp, connectMsMax)
  let session: MysqlSession | undefined
  try {
    session = await clients[client](address, socket)
    for (const setting of settings(session.isMariaDb, patience)) await session.command(setting)
    const [row] = await session.query<{ mode: string }>('SELECT @@SESSION.sql_mode AS `mode`', [])
    if (row?.mode.includes('STRICT_ALL_TABLES')) return session
    throw new StoreError(
      'config',
      'the database server does not keep strict mode for the session (a proxy in between?)',
    )
  } catch (error) {
    socket.destroy()
    throw named(mysqlFault(error, session && serverName(session)), address)
  } finally {
    clearTimeout(timer)
  }
}

/** Adds the address, and for the two most common mistakes what to do. */
function named(fault: StoreError, { host, port, user, database }: MysqlAddress): StoreError {
  const where = `${host}:${port}`
  const { errno } = (fault.cause ?? {}) as { errno?: number }
  const message =
    errno === 1049
      ? `the database server ${where} has no database "${database}": create it (CREATE DATABASE ${database}) or correct the URL`
      : errno === 1045 || errno === 1698
        ? `the database server ${where} does not let user "${user}" in: check user and password`
        : `${fault.message} (${where})`
  return new StoreError(fault.fault, message, { cause: fault.cause })
}
