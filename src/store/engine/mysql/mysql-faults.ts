/**
 * Errors of MySQL and MariaDB, sorted by what the caller should do: by number where that is known, else by the class of the SQLSTATE.
 * Another error of the server is unknown; everything of the connection is transient.
 * https://mariadb.com/kb/en/mariadb-error-codes/, https://dev.mysql.com/doc/mysql-errors/9.7/en/server-error-reference.html
 */
import { StoreError, type StoreFault } from '../../store.ts'

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
  1615: 'transient', // a prepared statement whose table was changed
  1194: 'capacity', // table is crashed
  1317: 'transient', // interrupted
  1927: 'transient', // connection was killed
  1969: 'transient', // max_statement_time
  2006: 'transient', // gone away
  2013: 'transient', // lost during a query
  4031: 'transient', // ended by the server while idle
  1021: 'capacity', // disk full
  1037: 'capacity', // out of memory
  1038: 'capacity', // out of sort memory
  1040: 'capacity', // too many connections
  1041: 'capacity', // out of memory
  1114: 'capacity', // table full
  1153: 'data', // packet larger than max_allowed_packet: a smaller batch passes
  1301: 'data', // a result larger than max_allowed_packet
  1203: 'capacity', // max_user_connections
  1226: 'capacity', // a limit of the account
  1290: 'capacity', // --read-only
  1461: 'capacity', // max_prepared_stmt_count
  1637: 'capacity', // too many transactions
  1792: 'capacity', // read-only transaction
  1836: 'capacity', // read-only mode of the engine
  3170: 'capacity', // memory limit of the range optimizer
  1048: 'data', // NULL in a NOT NULL column
  1264: 'data', // out of range
  1265: 'data', // truncated
  1292: 'data', // truncated wrong value
  1300: 'data', // bytes that are no text of the character set
  1366: 'data', // incorrect value, such as bytes that are no utf8mb4
  1367: 'data', // illegal value for the type
  1406: 'data', // too long
  1690: 'data', // a sum out of range
  3819: 'data', // CHECK (MySQL)
  3988: 'data', // a character that the column's character set does not have
  4025: 'data', // CHECK (MariaDB)
  1044: 'config', // no access to the database
  1045: 'config', // wrong password
  1049: 'config', // no such database
  1054: 'config', // no such column
  1064: 'config', // syntax
  1129: 'config', // the host is blocked until an administrator flushes it
  1130: 'config', // the host may not connect
  1142: 'config', // the account lacks a right
  1146: 'config', // no such table
  1193: 'config', // unknown setting
  1210: 'config', // wrong arguments
  1227: 'config', // the account lacks a right
  1231: 'config', // a setting does not take this value
  1251: 'config', // authentication the client does not speak
  1267: 'config', // collations that do not mix
  1273: 'config', // unknown collation
  1295: 'config', // not as a prepared statement
  1305: 'config', // no such function
  1419: 'config', // a right that binary logging asks for
  1524: 'config', // authentication plugin not loaded
  1665: 'config', // binlog_format STATEMENT
  1698: 'config', // access denied
  1820: 'config', // the password must be changed first
  1862: 'config', // the password has expired
  3118: 'config', // the account is locked
  3159: 'config', // only encrypted connections
  3750: 'config', // sql_require_primary_key
  4151: 'config', // the account is locked (MariaDB)
}

/** By the class of the SQLSTATE, for numbers that are not listed: each release adds some. */
const faultOfClass: Readonly<Record<string, StoreFault>> = {
  '0A': 'config', // a feature that the server does not have
  '08': 'transient', // the connection
  22: 'data', // a value
  28: 'config', // who asks
  40: 'transient', // rolled back, as for a deadlock
  42: 'config', // syntax, names, rights
}

/** "Got error 28 from storage engine", and its relatives: the operating system's code stands in the text. */
const engineErrors = new Set([1026, 1030, 3, 1005])
const isDiskFull = /\b(?:error|errno:?|errcode:?) *28\b|no space left/i
/** What the clients find out themselves about certificates and ways of signing in. */
const isMisfit =
  /^(?:HANDSHAKE_NO_SSL_SUPPORT|AUTH_SWITCH_PLUGIN_ERROR|ER_SERVER_SSL_DISABLED|ER_AUTHENTICATION_\w+|ER_CANNOT_RETRIEVE_RSA_KEY|ER_TLS_IDENTITY_ERROR|ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/

/** One client gives every fault of the TLS handshake this code, a line that breaks among them. */
const isCertificate = ({ code, message }: DriverError) =>
  code === 'HANDSHAKE_SSL_ERROR' && /certificate|altnames/i.test(message)

interface DriverError {
  readonly errno?: number
  readonly code?: string
  readonly sqlState?: string | null
  readonly sqlMessage?: string | null
  readonly sql?: string
  readonly message: string
}

/** `server`: its name and version, for a fault that is about what it understands. */
export function mysqlFault(error: unknown, server?: string): StoreError {
  if (error instanceof StoreError) return error
  const { code, sqlMessage, message } = error as DriverError
  // `sqlMessage` leaves out the statement and its values, which the whole message of one client repeats.
  const text = sqlMessage || message.split('\n', 1)[0] || code || 'no reason given'
  const fault = sortOf(error as DriverError)
  const explained = fault === 'config' ? explain(error as DriverError, server) : ''
  const statement = beginningOf(error as DriverError)
  return new StoreError(fault, `database: ${text}${explained}`, { cause: error, statement })
}

const isMisfitOf = (error: DriverError) =>
  (error.code !== undefined && isMisfit.test(error.code)) || isCertificate(error)

function sortOf(error: DriverError): StoreFault {
  const { errno = 0, code, sqlState, message } = error
  const isFull = engineErrors.has(errno) && isDiskFull.test(message)
  if (isFull) return 'capacity'
  // A smaller batch passes.
  if (code === 'ER_MAX_ALLOWED_PACKET') return 'data'
  if (isMisfitOf(error)) return 'config'
  return faultOf[errno] ?? faultOfClass[sqlState?.slice(0, 2) ?? ''] ?? (isOfServer(errno) ? 'unknown' : 'transient')
}

/**
 * Faults of the session rather than of the server: another session may not have them. An address can lead to a new primary while the
 * session stays with the old one (read-only, a cluster node without its cluster), and a session keeps the rights that it began with.
 */
const ofSession = new Set([1044, 1045, 1047, 1142, 1143, 1227, 1290, 1370, 1792, 1836])
export const isOfSession = (fault: StoreError): boolean =>
  ofSession.has(((fault.cause ?? {}) as { errno?: number }).errno ?? 0)

/** Numbers of the server; those of the clients and of the operating system are outside. */
const isOfServer = (errno: number) => (errno >= 1_000 && errno < 2_000) || (errno >= 3_000 && errno < 10_000)

/** A statement is shown by its beginning: what follows may be values. */
const statementCharsMax = 100
const beginningOf = ({ sql }: DriverError) => sql?.replace(/\s+/g, ' ').trim().slice(0, statementCharsMax)

const signIn = new Set([1044, 1045, 1049, 1129, 1130, 1251, 1524, 1698, 1820, 1862, 3118, 3159, 4151])
const rights = new Set([1142, 1143, 1227, 1370, 1419])
const schema = new Set([1054, 1146])

/** What was asked, of whom, and what to do next. */
function explain(error: DriverError, server: string | undefined): string {
  const { errno = 0 } = error
  if (signIn.has(errno)) return ''
  if (isMisfitOf(error)) return '; check the options tls and tls-ca of the database URL, and how the account signs in'
  const asked = beginningOf(error)
  const where = [...(server ? [`server ${server}`] : []), ...(asked ? [`statement "${asked}"`] : [])].join(', ')
  return `${where ? ` (${where})` : ''}; ${nextStep(errno)}`
}

function nextStep(errno: number): string {
  if (rights.has(errno)) return 'give the account all rights on its database (GRANT ALL ON database.* TO account)'
  if (schema.has(errno))
    return 'the tables are not those of this release: look whether the database was changed or restored by hand'
  return 'Baykeeper needs MySQL 8.0.19 or MariaDB 10.6, or newer: look at the version and the settings of the server'
}
