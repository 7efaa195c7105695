/** The part of the store that is the same SQL in every dialect: reading back, and the few writes of operators. */
import { sql } from 'kysely'
import { assignmentQueries } from '../assignments.ts'
import { codecQueries } from '../codecs.ts'
import { decoderQueries } from '../decoder-choices.ts'
import { deskRequestQueries } from '../desk-requests.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { readingPage } from '../readings/reading-page.ts'
import { leaseQueries } from '../server-lease.ts'
import type { Store } from '../store.ts'
import { alertQueries } from './alert-queries.ts'
import { bayQueries } from './bay-queries.ts'
import { countQueries } from './count-queries.ts'
import { deadLetterQueries } from './dead-letter-queries.ts'
import { deviceQueries } from './device-queries.ts'
import { forecastQueries } from './forecast-queries.ts'
import { historyQueries } from './history-queries.ts'
import { layoutQueries } from './layout-queries.ts'
import { ledgerQueries } from './ledger-queries.ts'
import { lossQueries } from './loss-queries.ts'
import type { NewestOccupancy } from './newest-occupancy.ts'
import { rawFrameQueries } from './raw-frame-queries.ts'
import { reportQueries } from './report-queries.ts'
import { scheduleQueries } from './schedule-queries.ts'
import { signQueries } from './sign-queries.ts'
import { tableRowQueries } from './table-rows.ts'

export const sharedQueries = (runner: SqlRunner, newestOf: NewestOccupancy) => ({
  ...deviceQueries(runner),
  ...deadLetterQueries(runner),
  ...bayQueries(runner),
  ...countQueries(runner),
  ...alertQueries(runner),
  ...signQueries(runner),
  ...ledgerQueries(runner),
  ...lossQueries(runner),
  ...layoutQueries(runner),
  ...historyQueries(runner, newestOf),
  ...forecastQueries(runner),
  ...assignmentQueries(runner),
  ...decoderQueries(runner),
  ...codecQueries(runner),
  ...deskRequestQueries(runner),
  ...rawFrameQueries(runner),
  ...leaseQueries(runner),
  ...tableRowQueries(runner),
  ...reportQueries(runner),
  ...scheduleQueries(runner),
  readings: (filter: Parameters<Store['readings']>[0]) => readingPage(runner, filter),
  counts: () => counts(runner),
})

async function counts({ db, all }: SqlRunner): ReturnType<Store['counts']> {
  const count = async (table: 'device' | 'dead_letter') => {
    const query = db.selectFrom(table).select(({ fn }) => fn.countAll().as('n'))
    return Number((await all(query.compile()))[0]?.n)
  }
  const waiting = Number((await all(db.selectNoFrom(waitingFrames.as('n')).compile()))[0]?.n)
  const held = sql<
    number | string
  >`(SELECT coalesce(sum(${sql.ref('rows_held')}), 0) FROM ${sql.table('reading_block')})`
  const query = db.selectFrom('reading_open').select(sql<number | string>`${sql.ref('rows_open')} + ${held}`.as('n'))
  return {
    readings: Number((await all(query.compile()))[0]?.n),
    devices: await count('device'),
    deadLetters: (await count('dead_letter')) - waiting,
  }
}

const waitingFrames = sql<
  number | string
>`(SELECT count(*) FROM ${sql.table('dead_letter')} WHERE ${sql.ref('state')} = 'tentative')`
