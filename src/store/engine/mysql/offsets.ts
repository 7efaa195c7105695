/** How far each journal is committed, and under which fence. */
import { type JournalPart, journalParts } from '../../raw-frames.ts'
import { type Cursor, type Store, StoreError } from '../../store.ts'
import type { MysqlLine } from './mysql-line.ts'
import type { MysqlSession } from './mysql-session.ts'
import { backticked } from './statements.ts'
import { unitOfWork } from './unit-of-work.ts'

export function offsetsMysql(line: MysqlLine): Pick<Store, 'cursor' | 'takeFence'> {
  return {
    cursor: (journal, part = journalParts.readings) =>
      line.use(async (session) => {
        await using work = await unitOfWork(session)
        const cursor = (await lockOffset(session, journal, part)) ?? (await createOffset(session, journal, part))
        await work.commit()
        return cursor
      }),

    takeFence: (journal, fence, part = journalParts.readings) =>
      line.use(async (session) => {
        await using work = await unitOfWork(session)
        const row = (await lockOffset(session, journal, part)) ?? (await createOffset(session, journal, part))
        const { fence: held } = row
        if (held > fence)
          throw new StoreError('fenced', `journal ${journal} has a newer writer (${held}) than fence ${fence}`)
        const sql = 'UPDATE `journal_offset` SET `fence` = ? WHERE `journal` = ? AND `part` = ?'
        await session.execute(sql, [fence, journal, part])
        await work.commit()
      }),
  }
}

/** Waits for the transaction that holds the row: a commit in doubt is decided when this returns. */
async function lockOffset(session: MysqlSession, journal: string, part: JournalPart): Promise<Cursor | undefined> {
  const [row] = await session.query<Cursor>(
    backticked(
      'SELECT "off" AS "position", "fence", "base" FROM "journal_offset" WHERE "journal" = ? AND "part" = ? FOR UPDATE',
    ),
    [journal, part],
  )
  return row && { position: row.position, fence: row.fence, base: row.base ?? 0 }
}

/** A journal new to this store starts above everything stored, so that positions stay unique; all parts of it start there. */
async function createOffset(session: MysqlSession, journal: string, part: JournalPart): Promise<Cursor> {
  await session.execute(
    backticked(
      `INSERT INTO "journal_offset" ("journal", "part", "off", "fence", "base")
       SELECT ?, 0, 0, 0, "highest" FROM (SELECT COALESCE(MAX("base" + "off"), 0) AS "highest" FROM "journal_offset") AS "others"
       ON DUPLICATE KEY UPDATE "fence" = "journal_offset"."fence"`,
    ),
    [journal],
  )
  if (part !== journalParts.readings)
    await session.execute(
      backticked(
        `INSERT INTO "journal_offset" ("journal", "part", "off", "fence", "base")
         SELECT "journal", ?, 0, 0, "base"
         FROM (SELECT "journal", "base" FROM "journal_offset" WHERE "journal" = ? AND "part" = 0) AS "readings"
         ON DUPLICATE KEY UPDATE "fence" = "journal_offset"."fence"`,
      ),
      [part, journal],
    )
  return (await lockOffset(session, journal, part)) as Cursor
}
