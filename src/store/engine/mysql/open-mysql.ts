/**
 * The store in a MySQL or MariaDB database. One session per store, made again by itself, and a second one for a commit that is asked for
 * while another is under way; a commit whose answer was lost is settled by `cursor`, which locks the offset row and so waits until the
 * server has decided.
 */
import { type DayNumber, dayNumber } from '../../../lib/utc-day.ts'
import { createCommits } from '../../commits.ts'
import { decoderQueries } from '../../decoder-choices.ts'
import type { MigrateOptions } from '../../migrations/migration.ts'
import { forecastQueries } from '../../queries/forecast-queries.ts'
import { historyQueries } from '../../queries/history-queries.ts'
import { lossQueries } from '../../queries/loss-queries.ts'
import { newestInMysql } from '../../queries/newest-occupancy.ts'
import { rawFrameQueries } from '../../queries/raw-frame-queries.ts'
import { recount } from '../../queries/recount.ts'
import { sharedQueries } from '../../queries/shared-queries.ts'
import { type JournalPart, journalParts } from '../../raw-frames.ts'
import { type BlockOptions, type Blocks, planned, storedTail } from '../../readings/stored-tail.ts'
import { leaseQueries } from '../../server-lease.ts'
import { type Cursor, type Store, StoreError } from '../../store.ts'
import type { StoreDeps } from '../../store-deps.ts'
import { composer, type SqlRunner } from '../sql-runner.ts'
import { commitMysql } from './commit.ts'
import { discardMysql } from './discard.ts'
import { forgetDaysMysql } from './history.ts'
import { migrateMysql } from './migrate-mysql.ts'
import { mysqlAddress } from './mysql-address.ts'
import { type MysqlLine, type MysqlLineOptions, mysqlLine } from './mysql-line.ts'
import type { MysqlSession } from './mysql-session.ts'
import { dropDays, partitionAhead } from './partitions.ts'
import { copyRawMysql } from './raw-frames.ts'
import { inSnapshot } from './snapshot.ts'
import { backticked } from './statements.ts'
import { unitOfWork } from './unit-of-work.ts'
import { serverWeaknesses } from './weaknesses.ts'

/** A change of schema may rebuild a large table. */
const migrateMsMax = 6 * 60 * 60 * 1_000
/** Nor does a recount of all rows end soon. */
const recountMsMax = migrateMsMax

/** A server that has no room for a second connection is not asked for one with every batch. */
const asideAgainMs = 30_000

export type MysqlOptions = MysqlLineOptions & BlockOptions & MigrateOptions

export async function openMysql(url: string, { clock, log }: StoreDeps, options: MysqlOptions = {}): Promise<Store> {
  const address = mysqlAddress(url)
  const line = mysqlLine(address, options)
  const aside = mysqlLine(address, options)
  const composing = { db: composer.mysql(), keyLists: 'json' } as const
  const runner: SqlRunner = {
    ...composing,
    all: ({ sql, parameters }) =>
      line.use((session) => session.query(sql, parameters as (string | number)[]), { again: true }),
    run: ({ sql, parameters }) => line.use((session) => session.execute(sql, parameters as (string | number)[])),
  }
  const runnerOn = (session: MysqlSession): SqlRunner => ({
    ...composing,
    all: ({ sql, parameters }) => session.query(sql, parameters as (string | number)[]),
    run: ({ sql, parameters }) => session.execute(sql, parameters as (string | number)[]),
  })
  const tail = storedTail(runner)
  const commits = createCommits()
  /** Of the last commit. */
  let committing = line
  let asideFrom = Number.NEGATIVE_INFINITY
  /** The day up to which partitions were last seen to. */
  let partitioned: DayNumber | undefined
  // Opening connects, so that a wrong address or password is told now.
  await line
    .use((session) => session.query('SELECT 1 AS `alive`', []))
    .catch(async (error) => {
      await line[Symbol.asyncDispose]()
      throw error
    })

  return {
    dialect: 'mysql',
    ...sharedQueries(runner),
    ...lossQueries(runner),
    ...historyQueries(runner, newestInMysql(runner)),
    ...forecastQueries(runner),
    ...decoderQueries(runner),
    ...rawFrameQueries(runner),
    ...leaseQueries(runner),
    findSeqs: tail.findSeqs,
    findTimes: tail.findTimes,
    newestOf: tail.newestOf,
    readingsBetween: tail.readingsBetween,
    epochSpan: tail.epochSpan,

    describe: async () => ({
      ...(await line.use(serverWeaknesses)),
      location: `${address.host}:${address.port}/${address.database}`,
    }),

    migrate: () =>
      line.use(
        async (session) => {
          const applied = await migrateMysql(session, clock.now(), options)
          await partitionAhead(session, dayNumber(clock.now()), log)
          return applied
        },
        { msMax: migrateMsMax },
      ),

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

    commit: (batch) =>
      commits.enter(async (before) => {
        const now = clock.now()
        const today = dayNumber(now)
        let blocks: Blocks | undefined
        let begun = false
        const commitOn = async (on: MysqlLine) => {
          committing = on
          await on.use(async (session) => {
            begun = true
            if (partitioned !== undefined && today !== partitioned) {
              await before
              await partitionAhead(session, today, log)
            }
            partitioned = today
            await commitMysql(session, batch, {
              today,
              before,
              async blocks() {
                blocks = await planned(tail, batch, now, options, runnerOn(session))
                return blocks
              },
            })
          })
        }
        try {
          if (before && committing === line && clock.monotonic() >= asideFrom)
            await commitOn(aside).catch(async (error) => {
              if (begun) throw error
              // The server grants no second connection: one after the other, then.
              asideFrom = clock.monotonic() + asideAgainMs
              await before
              await commitOn(line)
            })
          else await commitOn(line)
        } catch (error) {
          tail.forget()
          throw error
        }
        if (blocks && !batch.dry) tail.moved(blocks)
      }),

    forgetDays: (before) => line.use((session) => forgetDaysMysql(session, before), { msMax: migrateMsMax }),

    copyRaw: (batch) => line.use((session) => copyRawMysql(session, batch, dayNumber(clock.now()))),

    forgetRaw: (before) => line.use((session) => dropDays(session, 'raw_frame', before), { msMax: migrateMsMax }),

    discard: (order) => line.use((session) => discardMysql(session, order)),

    recount: (journal, options = {}) =>
      line.use((session) => inSnapshot(session, (snapshot) => recount(snapshot, journal, options)), {
        msMax: recountMsMax,
      }),

    async [Symbol.asyncDispose]() {
      await Promise.all([line[Symbol.asyncDispose](), aside[Symbol.asyncDispose]()])
    },
  }
}

/** Waits for whoever holds the row: a commit in doubt is decided when this returns. */
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
