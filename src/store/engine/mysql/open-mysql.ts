/**
 * The store in a MySQL or MariaDB database. One session per store, reconnected automatically, and a second one for a commit that is asked for
 * while another is under way; a commit whose answer was lost is settled by `cursor`, which locks the offset row and so waits until the
 * server has decided.
 */
import { dayNumber } from '../../../lib/utc-day.ts'
import type { MigrateOptions } from '../../migrations/migration.ts'
import { newestInMysql } from '../../queries/newest-occupancy.ts'
import { recount } from '../../queries/recount.ts'
import { reportQueries } from '../../queries/report-queries.ts'
import { sharedQueries } from '../../queries/shared-queries.ts'
import { turnoverQuery } from '../../queries/stay-queries.ts'
import { storedLookups } from '../../readings/stored-lookups.ts'
import { type BlockOptions, storedTail } from '../../readings/stored-tail.ts'
import type { Store } from '../../store.ts'
import type { StoreDeps } from '../../store-deps.ts'
import { commitOverLines } from './commit-lines.ts'
import { discardMysql } from './discard.ts'
import { forgetDaysMysql } from './history.ts'
import { migrateMysql } from './migrate-mysql.ts'
import { mysqlAddress } from './mysql-address.ts'
import { type MysqlLineOptions, mysqlLine } from './mysql-line.ts'
import { runnerOnLine, runnerOnLines } from './mysql-runner.ts'
import { offsetsMysql } from './offsets.ts'
import { dropDays, partitionAhead } from './partitions.ts'
import { copyRawMysql } from './raw-frames.ts'
import { inSnapshot } from './snapshot.ts'
import { serverWeaknesses } from './weaknesses.ts'

/** A change of schema may rebuild a large table. */
const migrateMsMax = 6 * 60 * 60 * 1_000
/** Nor does a recount of all rows end soon. */
const recountMsMax = migrateMsMax

export type MysqlOptions = MysqlLineOptions & BlockOptions & MigrateOptions

export async function openMysql(url: string, { clock, log }: StoreDeps, options: MysqlOptions = {}): Promise<Store> {
  const address = mysqlAddress(url)
  const line = mysqlLine(address, options)
  const aside = mysqlLine(address, options)
  const runner = runnerOnLine(line)
  const onBoth = runnerOnLines(line, aside)
  const tail = storedTail(runner)
  // Opening connects, so that a wrong address or password is reported now.
  await line
    .use((session) => session.query('SELECT 1 AS `alive`', []))
    .catch(async (error) => {
      await line[Symbol.asyncDispose]()
      throw error
    })

  return {
    dialect: 'mysql',
    ...sharedQueries(runner, newestInMysql(runner)),
    ...reportQueries(onBoth),
    turnover: turnoverQuery(onBoth),
    ...storedLookups(runner, tail),

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

    ...offsetsMysql(line),

    commit: commitOverLines({ line, aside, tail, options }, { clock, log }),

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
