/** What of a server's settings weakens the promise, in words for the person who runs it. */
import { migrations } from '../../migrations/migrations.ts'
import type { MysqlSession } from './mysql-session.ts'
import { backticked } from './statements.ts'

/** The largest frame that a source takes is 8 MiB; as a dead letter it must fit a packet, with its head. */
const packetBytesMin = 12 * 1024 * 1024

const ours = [
  ...new Set(
    migrations.flatMap(({ mysql }) =>
      mysql.flatMap((sql) => /^CREATE TABLE (?:IF NOT EXISTS )?"(\w+)"/.exec(sql)?.[1] ?? []),
    ),
  ),
  // It is made under another name.
  'reading',
]

interface Settings {
  readonly version: string
  readonly flush: number
  readonly logBin: number
  readonly syncBinlog: number
  readonly binlogFormat: string
  readonly packet: number
  readonly globalMode: string
}

export async function serverWeaknesses(session: MysqlSession): Promise<{ version: string; weaknesses: string[] }> {
  const [s] = await session.query<Settings>(
    backticked(
      `SELECT VERSION() AS "version", @@GLOBAL.innodb_flush_log_at_trx_commit AS "flush", @@GLOBAL.log_bin AS "logBin",
         @@GLOBAL.sync_binlog AS "syncBinlog", @@SESSION.binlog_format AS "binlogFormat",
         @@GLOBAL.max_allowed_packet AS "packet", @@GLOBAL.sql_mode AS "globalMode"`,
    ),
    [],
  )
  const foreign = await session.query<{ name: string; engine: string }>(
    backticked(
      `SELECT "table_name" AS "name", "engine" AS "engine" FROM "information_schema"."tables"
       WHERE "table_schema" = DATABASE() AND "engine" <> 'InnoDB' AND "table_name" IN (${ours.map(() => '?').join(', ')})`,
    ),
    ours,
  )
  if (!s) return { version: 'unknown', weaknesses: [] }
  const weaknesses: string[] = []
  if (s.flush !== 1)
    weaknesses.push(
      `innodb_flush_log_at_trx_commit is ${s.flush}, not 1: a power cut can take back the last second of commits (they are replayed while the journal keeps them)`,
    )
  if (s.logBin === 1 && s.syncBinlog !== 1)
    weaknesses.push(`sync_binlog is ${s.syncBinlog}, not 1: after a power cut a replica can miss what was committed`)
  if (s.logBin === 1 && s.binlogFormat === 'STATEMENT')
    weaknesses.push('binlog_format is STATEMENT, which refuses READ COMMITTED transactions: set ROW or MIXED')
  if (s.packet < packetBytesMin)
    weaknesses.push(
      `max_allowed_packet is ${s.packet} bytes: a large frame that cannot be decoded would not fit as a dead letter; set 16M or more`,
    )
  if (!/STRICT_(ALL|TRANS)_TABLES/.test(s.globalMode))
    weaknesses.push(
      'sql_mode of the server is not strict: Baykeeper sets it for itself, other programs may write values that were bent',
    )
  for (const { name, engine } of foreign)
    weaknesses.push(
      `table ${name} is ${engine}, not InnoDB: it keeps no transactions (ALTER TABLE ${name} ENGINE=InnoDB)`,
    )
  return { version: `${session.isMariaDb ? 'MariaDB' : 'MySQL'} ${s.version}`, weaknesses }
}
