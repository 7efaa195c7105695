/**
 * One connection to a server of the MySQL family, as little of it as the store needs. Two clients implement it: `mariadb` has the bulk
 * protocol that only MariaDB speaks, `mysql2` inserts several rows a statement, which every server understands.
 */
import net from 'node:net'
import type { SqlValue } from '../../column.ts'
import type { RowStatement } from './statements.ts'

export interface MysqlSession {
  readonly client: MysqlClient
  /** The server is a MariaDB behind any client. */
  readonly isMariaDb: boolean
  /** As the server names itself. */
  readonly version: string
  /** False once the connection is known to be gone. */
  isOpen(): boolean
  /** A statement without parameters, as text: transactions, settings, DDL. */
  command(sql: string): Promise<void>
  /** Prepared; integers come back as numbers, blobs as bytes. */
  query<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]>
  /** Prepared; `affected` counts rows found, changed or not. */
  execute(sql: string, params: readonly SqlValue[]): Promise<{ affected: number; insertId: number }>
  /** The statement for every row, by the fastest way the client has. */
  insertMany(statement: RowStatement, rows: SqlValue[][]): Promise<void>
  /** Drops the connection at once; what runs on it rejects. */
  destroy(reason: string): void
  end(): Promise<void>
}

export type MysqlClient = 'mariadb' | 'mysql2'

export interface MysqlAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: boolean
  /** PEM of the authorities to trust instead of those Node knows. */
  readonly tlsCa?: string
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

/** As people know it: `MySQL 9.7.4`. */
export const serverName = ({ isMariaDb, version }: MysqlSession): string =>
  `${isMariaDb ? 'MariaDB' : 'MySQL'} ${version.replace(/^5\.5\.5-/, '')}`

/** Bytes as both clients expect them, without a copy. */
export const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The server's certificate must be valid and name the host of the URL. */
export const tlsOptions = ({ host, tlsCa }: MysqlAddress) => ({
  ...(net.isIP(host) ? {} : { servername: host }),
  ...(tlsCa === undefined ? {} : { ca: tlsCa }),
  minVersion: 'TLSv1.2' as const,
})
