import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayNumber } from '../../../lib/utc-day.ts'
import { migrations } from '../../migrations/migrations.ts'
import { newestInMysql } from '../../queries/newest-occupancy.ts'
import { rowsOf } from '../../queries/place-states.ts'
import { sharedQueries } from '../../queries/shared-queries.ts'
import { createSessionBook } from '../../readings/session-rows.ts'
import { storedTables } from '../../table-rows.ts'
import { bareNames } from '../../testing/bare-names.ts'
import { aBatch, aDeadLetter, aDelta, aDevice, aReading, aStay, at } from '../../testing/store-samples.ts'
import { composer, type SqlRunner } from '../sql-runner.ts'
import { addedUp } from '../sums.ts'
import { commitMysql } from './commit.ts'
import { migrateMysql } from './migrate-mysql.ts'
import type { MysqlSession } from './mysql-session.ts'
import { addedSaturating, backticked, insertInto, insertText, replaced } from './statements.ts'

/** Keeps what it is asked and finds one row for everything. */
function recorder(isMariaDb = false) {
  const statements: string[] = []
  const row = { begin: at, got: 1, current: 0, last: 1, database: 'baykeeper' }
  const session: MysqlSession = {
    client: 'mysql2',
    isMariaDb,
    version: '9.7.4',
    isOpen: () => true,
    command: async (sql) => void statements.push(sql),
    async query<Row>(sql: string) {
      statements.push(sql)
      return (/FROM `reading`/.test(sql) ? [] : [row]) as Row[]
    },
    async execute(sql) {
      statements.push(sql)
      return { affected: 1, insertId: 1 }
    },
    insertMany: async (statement, rows) => void statements.push(insertText(statement, rows.length, isMariaDb)),
    destroy() {},
    async end() {},
  }
  return { session, statements }
}

const day = dayNumber(at)
const stay = aStay({ bay: null, arrival: at })
const losses = {
  sensorDays: [{ day, device: 1, committed: 1, duplicate: 0, quarantined: 0, lost: 0, readings: 1 }],
  gaps: [{ device: 1, epoch: 0, from: 2, to: 3, day }],
  gapsGone: [{ device: 1, epoch: 0, to: 9 }],
  losses: [{ source: 'http', cause: 'port-down', id: 'a', day, frames: 1, from: at, to: at, detail: '' }],
  intakeDays: [{ source: 'http', day: '2026-11-23', received: 1, accepted: 1, refused: 0, unframeable: 0 }],
} as const

async function committed(isMariaDb: boolean): Promise<string[]> {
  const { session, statements } = recorder(isMariaDb)
  const batch = aBatch({
    readings: [aReading()],
    devices: [aDevice(1)],
    deadLetters: [aDeadLetter()],
    deadLettersDone: [{ pos: 1, idx: 2 }],
    ledger: [aDelta({ committed: 1 })],
    losses,
    history: {
      sessions: createSessionBook().take(),
      sessionsGone: [stay],
      sessionsAdded: [stay],
      occupancy: [],
      counts: [{ device: 1, start: at, entries: 1, exits: 0, resets: 0 }],
      health: [
        {
          device: 1,
          day,
          minBatteryV: 3,
          minBatteryPct: null,
          minTemperatureC: 1,
          maxTemperatureC: 2,
          minRssiDbm: -70,
        },
      ],
    },
  })
  await commitMysql(session, batch, { today: day, before: undefined, blocks: async () => undefined })
  return statements
}

describe('statements for MySQL and MariaDB', () => {
  test('quote every name in the migrations', () => {
    for (const { name, mysql } of migrations)
      for (const statement of mysql) assert.deepEqual(bareNames(backticked(statement)), [], `${name}: ${statement}`)
  })

  test('quote every name in a migration, a commit and what pages ask', async () => {
    const { session, statements } = recorder()
    await migrateMysql(session, at)
    const all = async <Row>(query: { sql: string }) => session.query<Row>(query.sql, [])
    const run = ({ sql }: { sql: string }) => session.execute(sql, [])
    const runner: SqlRunner = { db: composer.mysql(), keyLists: 'json', all, run }
    const shared = sharedQueries(runner, newestInMysql(runner))
    await shared.ledger()
    await shared.counts()
    await shared.ledgerAt('a journal')
    await shared.requeue({ code: 'not-json' })
    for (const table of storedTables)
      await shared.tableRows(
        table,
        table.key.map(() => 1),
        10,
      )
    statements.push(rowsOf(0))
    for (const statement of [...statements, ...(await committed(false)), ...(await committed(true))])
      assert.deepEqual(bareNames(statement), [], statement)
  })

  test('give MySQL a name for the new row, and MariaDB the only spelling it has', async () => {
    const upserts = (statements: readonly string[]) => statements.filter((sql) => /ON DUPLICATE KEY/.test(sql))
    const [mysql, mariadb] = [upserts(await committed(false)), upserts(await committed(true))]
    assert.ok(mysql.length >= 6 && mysql.length === mariadb.length)
    for (const sql of mysql) assert.match(sql, /\) AS `incoming` ON DUPLICATE KEY UPDATE(?!.*VALUES\()/)
    for (const sql of mariadb) assert.doesNotMatch(sql, /incoming/)
  })

  test('say for a row that exists what is replaced and what is added', () => {
    const statement = insertInto(
      'ledger',
      ['day', 'lost', 'code'],
      [...addedSaturating(['lost']), ...replaced(['code'])],
    )
    assert.equal(
      insertText(statement, 2, false),
      'INSERT INTO `ledger` (`day`, `lost`, `code`) VALUES (?, ?, ?), (?, ?, ?) AS `incoming` ON DUPLICATE KEY UPDATE ' +
        `\`lost\` = ${addedUp('`ledger`.`lost`', '`incoming`.`lost`')}, \`code\` = \`incoming\`.\`code\``,
    )
    assert.equal(
      insertText({ ...statement, literals: [7] }, 1, true),
      'INSERT INTO `ledger` (`day`, `lost`, `code`) VALUES (7, ?, ?) ON DUPLICATE KEY UPDATE ' +
        `\`lost\` = ${addedUp('`ledger`.`lost`', 'VALUES(`lost`)')}, \`code\` = VALUES(\`code\`)`,
    )
  })
})
