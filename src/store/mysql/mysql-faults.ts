/**
 * Errors of MySQL and MariaDB, sorted by what the caller should do. A server's error that is not listed is unknown; everything of the
 * connection is transient.
 * https://mariadb.com/kb/en/mariadb-error-codes/
 */
import { StoreError, type StoreFault } from '../store.ts'

const faultOf: Readonly<Record<number, StoreFault>> = {
  1205: 'transient', // lock wait timeout
  1213: 'transient', // deadlock
  1053: 'transient', // server shutdown
  1152: 'transient', // aborted connection
  1158: 'transient', // network: 1158 to 1161
  1159: 'transient',
  1160: 'transient',
  1161: 'transient',
  1184: 'transient', // aborted connection
  1194: 'capacity', // table is crashed
  1317: 'transient', // interrupted
  1927: 'transient', // connection was killed
  1969: 'transient', // max_statement_time
  2006: 'transient', // gone away
  2013: 'transient', // lost during a query
  4031: 'transient', // ended by the server while idle
  1021: 'capacity', // disk full
  1040: 'capacity', // too many connections
  1041: 'capacity', // out of memory
  1114: 'capacity', // table full
  1153: 'data', // packet larger than max_allowed_packet: a smaller batch passes
  1301: 'data', // a result larger than max_allowed_packet
  1203: 'capacity', // max_user_connections
  1226: 'capacity', // a limit of the account
  1290: 'capacity', // --read-only
  1792: 'capacity', // read-only transaction
  1836: 'capacity', // read-only mode of the engine
  1048: 'data', // NULL in a NOT NULL column
  1264: 'data', // out of range
  1265: 'data', // truncated
  1292: 'data', // truncated wrong value
  1366: 'data', // incorrect value, such as bytes that are no utf8mb4
  1367: 'data', // illegal value for the type
  1406: 'data', // too long
  3819: 'data', // CHECK (MySQL)
  4025: 'data', // CHECK (MariaDB)
  1044: 'config', // no access to the database
  1045: 'config', // wrong password
  1049: 'config', // no such database
  1142: 'config', // the account lacks a right
  1227: 'config',
  1251: 'config', // authentication the client does not speak
  1698: 'config', // access denied
}
/** "Got error 28 from storage engine", and its relatives: the operating system's code stands in the text. */
const engineErrors = new Set([1026, 1030, 3, 1005])
const isDiskFull = /\b(?:error|errno:?|errcode:?) *28\b|no space left/i

interface DriverError {
  readonly errno?: number
  readonly code?: string
  readonly sqlMessage?: string | null
  readonly message: string
  readonly sql?: string
}

/** Enough to find it; values may follow it in the text of one client. */
const statementCharsMax = 120
/** Numbers of the server; those of the clients and of the operating system are outside. */
const isOfServer = (errno: number) => (errno >= 1_000 && errno < 2_000) || (errno >= 3_000 && errno < 10_000)

export function mysqlFault(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const { errno = 0, code, sqlMessage, message, sql } = error as DriverError
  // `sqlMessage` leaves out the statement and its values, which the whole message of one client repeats.
  const text = sqlMessage || message.split('\n', 1)[0] || code || 'no reason given'
  const full = engineErrors.has(errno) && isDiskFull.test(message)
  const tooLarge = code === 'ER_MAX_ALLOWED_PACKET'
  const fault = full
    ? 'capacity'
    : tooLarge
      ? 'data'
      : (faultOf[errno] ?? (isOfServer(errno) ? 'unknown' : 'transient'))
  return new StoreError(fault, `database: ${text}`, { cause: error, statement: sql?.slice(0, statementCharsMax) })
}
