import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { firstTables } from './0001-first-tables.ts'
import { losses } from './0002-losses.ts'

const day = 86_400_000

test('a database that was filled before has its gaps and days made from its readings', () => {
  using db = new DatabaseSync(':memory:')
  for (const statement of firstTables.sqlite) db.exec(statement)
  const insert = db.prepare(
    `INSERT INTO reading (pos, idx, device, epoch, seq, time, arrived, quality, hash) VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0)`,
  )
  const rows: [pos: number, idx: number, device: number, epoch: number, seq: number | null, arrived: number][] = [
    [1, 0, 1, 0, 1, 5 * day],
    [1, 1, 1, 0, 2, 5 * day],
    [1, 1_024, 1, 0, 6, 5 * day + 1],
    [2, 0, 1, 0, 9, 6 * day],
    [3, 0, 1, 1, 4, 6 * day],
    [4, 0, 1, 1, null, 6 * day],
    [5, 0, 2, 0, 7, 6 * day],
  ]
  for (const row of rows) insert.run(...row)
  for (const statement of losses.sqlite) db.exec(statement)
  const all = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row))
  assert.deepEqual(all('SELECT device, epoch, from_seq, to_seq, day FROM gap ORDER BY to_seq'), [
    [1, 0, 3, 5, 5],
    [1, 0, 7, 8, 6],
  ])
  assert.deepEqual(all('SELECT day, device, committed, lost, readings FROM sensor_day ORDER BY day, device'), [
    [5, 1, 2, 3, 3],
    [6, 1, 3, 2, 3],
    [6, 2, 1, 0, 1],
  ])
})
