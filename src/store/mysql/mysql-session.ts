/**
 * One connection to a server of the MySQL family, as little of it as the store needs. Two clients implement it: `mariadb` has the bulk
 * protocol that only MariaDB speaks, `mysql2` inserts several rows a statement, which every server understands.
 */
import net from 'node:net'
import type { SqlValue } from '../rows.ts'

export interface MysqlSession {
  readonly client: MysqlClient
  /** The server is a MariaDB, whatever the client. */
  readonly isMariaDb: boolean
  /** False once the connection is known to be gone. */
  isOpen(): boolean
  /** A statement without parameters, as text: transactions, settings, DDL. */
  command(sql: string): Promise<void>
  /** Prepared; integers come back as numbers, blobs as bytes. */
  query<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]>
  /** Prepared; `affected` counts rows found, changed or not. */
  execute(sql: string, params: readonly SqlValue[]): Promise<{ affected: number; insertId: number }>
  /** The statement `head VALUES (?, ...) tail` for every row, by the fastest way the client has. */
  insertMany(statement: RowStatement, rows: SqlValue[][]): Promise<void>
  /** Drops the connection at once; what runs on it rejects. */
  destroy(reason: string): void
  end(): Promise<void>
}

export type MysqlClient = 'mariadb' | 'mysql2'

export interface RowStatement {
  /** Up to and without VALUES. */
  readonly head: string
  /** Of the first columns, the same in every row: part of the text, not sent with each. */
  readonly literals?: readonly number[]
  /** How many more there are, whose values the rows hold. */
  readonly columns: number
  /** What follows the rows, `ON DUPLICATE KEY UPDATE ...`. */
  readonly tail?: string
  /** The rows are numbers alone, of one type in each column. */
  readonly alike?: true
}

/** `(1, 2, ?, ?)` */
export const rowMarks = ({ literals = [], columns }: RowStatement): string =>
  `(${[...literals, ...Array(columns).fill('?')].join(', ')})`

export interface MysqlAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: boolean
}

/** From the first packet to a session ready for work. */
export const connectMsMax = 10_000
/** Seconds without a word after which the server ends a session: so long may the locks of a client that vanished hold up the next. */
export const silentSMax = 20
/** A peer that vanished without a word is noticed by the kernel. */
const keepAliveMs = 10_000

/** The socket is ours, so that dropping it is ours too: a client's own way may ask the server first, and the server may be what hangs. */
export function dial({ host, port }: MysqlAddress): net.Socket {
  const socket = net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs })
  // The clients listen too, but stop when they are done with it.
  socket.on('error', () => {})
  return socket
}

/** Bytes as both clients expect them, without a copy. */
export const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
