/** The `mysql2` client: prepared statements of several rows, for MySQL 8, which has no bulk protocol. */
import net, { type Socket } from 'node:net'
import mysql from 'mysql2/promise'
import type { SqlValue } from '../../column.ts'
import { StoreError } from '../../store.ts'
import { connectMsMax, type MysqlAddress, type MysqlSession, tlsOptions } from './mysql-session.ts'
import { insertText } from './statements.ts'

/** Rows a statement, largest first: a batch is cut into few sizes, so that each is prepared once. Below 65,535 parameters. */
const rowsPerStatement = [500, 50, 5, 1] as const

export async function mysql2Session(address: MysqlAddress, socket: Socket): Promise<MysqlSession> {
  // It would compare the certificate with `localhost` instead.
  if (address.tls && net.isIP(address.host))
    throw new StoreError(
      'config',
      `with tls=on the database URL must have the name that is in the server's certificate, not the address ${address.host}`,
    )
  const connection = await mysql.createConnection({
    host: address.host,
    user: address.user,
    password: address.password,
    database: address.database,
    stream: socket,
    connectTimeout: connectMsMax,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    // No server may ask this process for a file.
    flags: ['-LOCAL_FILES'],
    ...(address.tls ? { ssl: { ...tlsOptions(address), verifyIdentity: true } } : {}),
  })
  let lost = false
  connection.on('error', () => {
    lost = true
  })
  connection.on('end', () => {
    lost = true
  })
  const [[row]] = await connection.query<(mysql.RowDataPacket & { version: string })[]>('SELECT VERSION() AS version')
  const version = row?.version ?? ''
  const isMariaDb = /mariadb/i.test(version)

  async function execute(sql: string, params: readonly SqlValue[]) {
    const [result] = await connection.execute<mysql.ResultSetHeader>(sql, params as SqlValue[])
    return { affected: result.affectedRows, insertId: result.insertId }
  }

  return {
    client: 'mysql2',
    isMariaDb,
    version,
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
          await execute(insertText(statement, size, isMariaDb), rows.slice(at, at + size).flat())
    },
    destroy: (reason) => socket.destroy(new Error(reason)),
    end: async () => {
      // The socket is destroyed next; a server ends the transaction of a client that is gone.
      await connection.end().catch(() => {})
      socket.destroy()
    },
  }
}
