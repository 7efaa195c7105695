/** The `mysql2` client: prepared statements of several rows, for MySQL 8, which has no bulk protocol. */
import type { Socket } from 'node:net'
import mysql from 'mysql2/promise'
import type { SqlValue } from '../rows.ts'
import { connectMsMax, type MysqlAddress, type MysqlSession, type RowStatement, rowMarks } from './mysql-session.ts'

/** Rows a statement, largest first: a batch is cut into few sizes, so that each is prepared once. Below 65,535 parameters. */
const rowsPerStatement = [500, 50, 5, 1] as const

export async function mysql2Session(address: MysqlAddress, socket: Socket): Promise<MysqlSession> {
  const connection = await mysql.createConnection({
    host: address.host,
    user: address.user,
    password: address.password,
    database: address.database,
    stream: socket,
    connectTimeout: connectMsMax,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    ...(address.tls ? { ssl: {} } : {}),
  })
  let lost = false
  connection.on('error', () => {
    lost = true
  })
  connection.on('end', () => {
    lost = true
  })
  const [[row]] = await connection.query<(mysql.RowDataPacket & { version: string })[]>('SELECT VERSION() AS version')

  async function execute(sql: string, params: readonly SqlValue[]) {
    const [result] = await connection.execute<mysql.ResultSetHeader>(sql, params as SqlValue[])
    return { affected: result.affectedRows, insertId: result.insertId }
  }

  return {
    client: 'mysql2',
    isMariaDb: /mariadb/i.test(row?.version ?? ''),
    isOpen: () => !lost && !socket.destroyed,
    command: async (sql) => void (await connection.query(sql)),
    query: async <Row>(sql: string, params: readonly SqlValue[]) => {
      const [rows] = await connection.execute<mysql.RowDataPacket[]>(sql, params as SqlValue[])
      return rows as Row[]
    },
    execute,
    async insertMany(statement, rows) {
      let at = 0
      for (const size of rowsPerStatement)
        for (; rows.length - at >= size; at += size)
          await execute(sqlOf(statement, size), rows.slice(at, at + size).flat())
    },
    destroy: (reason) => socket.destroy(new Error(reason)),
    end: async () => {
      await connection.end().catch(() => {})
      socket.destroy()
    },
  }
}

/** The text of a statement of `size` rows, kept: it is also the key under which the client remembers the prepared one. */
function sqlOf(statement: RowStatement, size: number): string {
  const known = texts.get(statement) ?? new Map<number, string>()
  texts.set(statement, known)
  let sql = known.get(size)
  if (sql === undefined) {
    sql = `${statement.head} VALUES ${Array(size).fill(rowMarks(statement)).join(', ')} ${statement.tail ?? ''}`
    known.set(size, sql)
  }
  return sql
}
const texts = new WeakMap<RowStatement, Map<number, string>>()
