/**
 * Brings a MySQL or MariaDB database up to date. A named lock lets one program at a time through; statements that change the schema
 * commit implicitly there, so every one can be repeated and the version is written when a step is whole.
 */
import { createHash } from 'node:crypto'
import type { Instant } from '../../../lib/brand.ts'
import { readingBlocks } from '../../migrations/0003-reading-blocks.ts'
import type { MigrateOptions } from '../../migrations/migration.ts'
import { migrations, schemaVersion } from '../../migrations/migrations.ts'
import { tooNew } from '../../migrations/too-new.ts'
import { blockRows, groupsOf, type ReadingKey } from '../../readings/reading-block.ts'
import { keyRows } from '../../readings/reading-rows.ts'
import { StoreError } from '../../store.ts'
import { insertBlocks } from './commit.ts'
import type { MysqlSession } from './mysql-session.ts'
import { backticked } from './statements.ts'

const lockWaitS = 60

export async function migrateMysql(
  session: MysqlSession,
  now: Instant,
  { untilVersion = schemaVersion }: MigrateOptions = {},
): Promise<string[]> {
  const name = await lockName(session)
  const [lock] = await session.query<{ got: number | null }>('SELECT GET_LOCK(?, ?) AS `got`', [name, lockWaitS])
  if (lock?.got !== 1) throw new StoreError('transient', 'another program is changing the schema of this database')
  try {
    await session.command(
      backticked(
        `CREATE TABLE IF NOT EXISTS "schema_version" (
          "version" INT NOT NULL, "name" VARCHAR(64) NOT NULL, "applied" BIGINT NOT NULL, PRIMARY KEY ("version")
        ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      ),
    )
    const [row] = await session.query<{ current: number }>(
      'SELECT COALESCE(MAX(`version`), 0) AS `current` FROM `schema_version`',
      [],
    )
    const current = Number(row?.current)
    if (current > schemaVersion) throw tooNew(current)
    const applied: string[] = []
    for (const { version, name, mysql } of migrations) {
      if (version <= current || version > untilVersion) continue
      for (const statement of mysql) await apply(session, statement)
      await session.execute('INSERT INTO `schema_version` (`version`, `name`, `applied`) VALUES (?, ?, ?)', [
        version,
        name,
        now,
      ])
      applied.push(name)
    }
    if (untilVersion >= readingBlocks.version) await adoptReadings(session)
    return applied
  } finally {
    // A session that died took its lock with it.
    await session.query('SELECT RELEASE_LOCK(?) AS `released`', [name]).catch(() => {})
  }
}

/** ER_DUP_FIELDNAME, in every server: the step was cut short behind this statement. */
const columnExists = 1060

async function apply(session: MysqlSession, statement: string) {
  try {
    await session.command(backticked(statement))
  } catch (error) {
    const isRepeated = (error as { errno?: number }).errno === columnExists && statement.startsWith('ALTER TABLE')
    if (!isRepeated) throw error
  }
}

/** Names of locks are the server's, not the database's, and at most 64 characters. */
async function lockName(session: MysqlSession): Promise<string> {
  const [row] = await session.query<{ database: string }>('SELECT DATABASE() AS `database`', [])
  return `baykeeper ${createHash('sha256')
    .update(row?.database ?? '')
    .digest('hex')
    .slice(0, 40)}`
}

/** Makes the blocks of readings that were stored before there were any; again from the start when it was cut short. */
async function adoptReadings(session: MysqlSession) {
  if ((await session.query('SELECT 1 AS `known` FROM `reading_open`', [])).length > 0) return
  await session.command('DELETE FROM `reading_block`')
  let block = 1
  let last: ReadingKey | undefined
  let highest = 0
  for (;;) {
    const rows: ReadingKey[] = await session.query<ReadingKey>(
      backticked(
        `SELECT "day", "pos", "idx", "device", "epoch", "seq", "time" FROM "reading"
         WHERE "day" >= ? AND ("day" > ? OR "pos" > ? OR ("pos" = ? AND "idx" > ?))
         ORDER BY "day", "pos", "idx" LIMIT ${blockRows}`,
      ),
      last ? [last.day, last.day, last.pos, last.pos, last.idx] : [0, -1, -1, -1, -1],
    )
    for (const [day, keys] of Map.groupBy(rows, (row) => row.day)) {
      await insertBlocks(session, groupsOf(keyRows(keys), day, block++))
      highest = keys.reduce((most, { pos }) => Math.max(most, pos), highest)
    }
    last = rows.at(-1)
    if (!last) break
  }
  await session.execute(
    'INSERT INTO `reading_open` (`id`, `day`, `after_pos`, `block`, `rows_open`) VALUES (0, ?, ?, ?, 0)',
    [0, highest, block],
  )
}
