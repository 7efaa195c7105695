/**
 * Errors of MySQL and MariaDB, sorted by what the caller should do. What is not listed, a lost connection among it, is transient.
 * https://mariadb.com/kb/en/mariadb-error-codes/
 */
import { StoreError, type StoreFault } from '../store.ts'

const faultOf: Readonly<Record<number, StoreFault>> = {
  1205: 'transient', // lock wait timeout
  1213: 'transient', // deadlock
  1021: 'capacity', // disk full
  1040: 'capacity', // too many connections
  1041: 'capacity', // out of memory
  1114: 'capacity', // table full
  1153: 'capacity', // packet larger than max_allowed_packet: a setting to raise, not a row to blame
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
}

export function mysqlFault(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const { errno = 0, code, sqlMessage, message } = error as DriverError
  // `sqlMessage` leaves out the statement and its values, which the whole message of one client repeats.
  const text = sqlMessage || message.split('\n', 1)[0] || code || 'no reason given'
  const full = engineErrors.has(errno) && isDiskFull.test(message)
  const tooLarge = code === 'ER_MAX_ALLOWED_PACKET'
  return new StoreError(full || tooLarge ? 'capacity' : (faultOf[errno] ?? 'transient'), `database: ${text}`, {
    cause: error,
  })
}
