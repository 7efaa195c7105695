/** The `mariadb` client: MariaDB's bulk protocol sends any number of rows to one prepared statement in one packet. */
import type { Socket } from 'node:net'
import mariadb, { type UpsertResult } from 'mariadb'
import type { SqlValue } from '../../column.ts'
import { asBuffer, connectMsMax, type MysqlAddress, type MysqlSession, tlsOptions } from './mysql-session.ts'
import { insertText } from './statements.ts'

/** Rows of numbers in one packet, and bytes of other rows: below the smallest max_allowed_packet in use, 1 MiB. */
const rowsPerPacket = 5_000
const packetBytesMax = 512 * 1024

export async function mariadbSession(address: MysqlAddress, socket: Socket): Promise<MysqlSession> {
  const connection = await mariadb.createConnection({
    host: address.host,
    user: address.user,
    password: address.password,
    database: address.database,
    stream: () => socket,
    connectTimeout: connectMsMax,
    bigIntAsNumber: true,
    insertIdAsNumber: true,
    checkNumberRange: true,
    allowPublicKeyRetrieval: true,
    permitLocalInfile: false,
    ...(address.tls ? { ssl: tlsOptions(address) } : {}),
  })
  // Without a listener a connection that breaks while idle would end the process; the next call finds it closed.
  connection.on('error', () => {})

  const isMariaDb = connection.info?.isMariaDB() ?? false

  return {
    client: 'mariadb',
    isMariaDb,
    version: connection.serverVersion(),
    isOpen: () => connection.isValid() && !socket.destroyed,
    command: async (sql) => void (await connection.query(sql)),
    query: async (sql, params) => Array.from(await connection.execute(sql, asParameters(params))),
    execute: async (sql, params) => {
      const { affectedRows, insertId } = (await connection.execute(sql, asParameters(params))) as UpsertResult
      return { affected: affectedRows, insertId: Number(insertId) }
    },
    async insertMany(statement, rows) {
      const sql = insertText(statement, 1, isMariaDb)
      // Sent without waiting in between: each kind of row would cost a round trip. Answers come in order, so does a ROLLBACK after them.
      const packets: Promise<unknown>[] = []
      for (const alike of statement.alike ? [rows] : byTypes(rows)) {
        // A column holds bytes in all rows or in none: those of readings, which are many, are not looked at.
        const sent = alike[0]?.some(isBytes) ? alike.map(asParameters) : alike
        for (const packet of statement.alike ? byCount(sent) : bySize(sent)) packets.push(connection.batch(sql, packet))
      }
      // A fault is thrown when all have ended: a packet sent behind the ROLLBACK would be committed alone.
      await Promise.allSettled(packets)
      await Promise.all(packets)
    },
    destroy: (reason) => socket.destroy(new Error(reason)),
    end: async () => {
      // The socket is destroyed next; a server ends the transaction of a client that is gone.
      await connection.end().catch(() => {})
      socket.destroy()
    },
  }
}

/** The client takes a `Buffer` for bytes and any other array for a list, and would store its text without a word. */
const asParameters = (values: readonly SqlValue[]): SqlValue[] =>
  values.some(isBytes) ? values.map((value) => (isBytes(value) ? asBuffer(value) : value)) : (values as SqlValue[])
const isBytes = (value: SqlValue): value is Uint8Array => value instanceof Uint8Array

function* byCount(rows: SqlValue[][]): Iterable<SqlValue[][]> {
  for (let at = 0; at < rows.length; at += rowsPerPacket) yield rows.slice(at, at + rowsPerPacket)
}

/** One row that is larger goes alone. */
function* bySize(rows: SqlValue[][]): Iterable<SqlValue[][]> {
  let from = 0
  let bytes = 0
  for (const [at, row] of rows.entries()) {
    const size = row.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (at > from && bytes + size > packetBytesMax) {
      yield rows.slice(from, at)
      from = at
      bytes = 0
    }
    bytes += size
  }
  if (from < rows.length) yield rows.slice(from)
}

/** At most, as it is sent: a UTF-16 unit is three bytes. */
const sizeOf = (value: SqlValue): number =>
  typeof value === 'string' ? 10 + 3 * value.length : isBytes(value) ? 10 + value.length : 10

/**
 * A bulk packet names the type of each parameter once, and the client starts a new packet at every row that differs: 21 degrees is an
 * integer, 21.5 a double, and NULL has its own type. Rows are sent by kind, so that there are as many packets as kinds.
 */
export function byTypes(rows: SqlValue[][]): Iterable<SqlValue[][]> {
  const kinds = new Map<number, SqlValue[][]>()
  for (const row of rows) {
    let kind = 0
    for (const value of row) kind = kind * 3 + typeCode(value)
    const alike = kinds.get(kind)
    if (alike) alike.push(row)
    else kinds.set(kind, [row])
  }
  return kinds.values()
}

/** 25 columns of three codes fit a double exactly. */
const typeCode = (value: SqlValue): number =>
  value === null ? 0 : typeof value === 'number' && value !== (value | 0) ? 1 : 2
