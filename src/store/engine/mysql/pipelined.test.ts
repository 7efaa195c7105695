import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { MysqlSession } from './mysql-session.ts'
import { pipelined, underWayMax } from './pipelined.ts'
import type { RowStatement } from './statements.ts'

const statement: RowStatement = { table: 'reading', columns: ['pos'] }

/** Answers in the order of sending, as a server does; every statement takes its rows' number of turns, a failing one none. */
function fakeSession(failing: readonly number[] = []) {
  const counts = { begun: 0, ended: 0, most: 0 }
  let before: Promise<unknown> = Promise.resolve()
  const run = async (turns: number) => {
    const turn = counts.begun++
    counts.most = Math.max(counts.most, counts.begun - counts.ended)
    const mine = before.then(async () => {
      for (let i = 0; i < turns && !failing.includes(turn); i++) await setImmediate()
    })
    before = mine
    await mine
    counts.ended++
    if (failing.includes(turn)) throw new Error(`statement ${turn} failed`)
    return { affected: turns, insertId: 0 }
  }
  const session: Pick<MysqlSession, 'insertMany' | 'execute'> = {
    insertMany: async (_, rows) => void (await run(rows.length)),
    execute: (_, params) => run(params.length),
  }
  return { session, counts }
}

const rows = (count: number) => Array.from({ length: count }, () => [1])

test('the scope ends when nothing is under way any more, whichever statement fails, and the first fault is thrown', async () => {
  for (let failing = 0; failing < 10; failing++) {
    const { session, counts } = fakeSession([failing, failing + 1])
    const work = async () => {
      await using ahead = pipelined(session)
      for (let i = 0; i < 10; i++) await ahead.insertMany(statement, rows(20))
      await ahead.answered()
    }
    await assert.rejects(work(), new Error(`statement ${failing} failed`))
    assert.equal(counts.ended, counts.begun)
  }
})

test('statements are sent before those before were answered, but not more than a few', async () => {
  const { session, counts } = fakeSession()
  await using ahead = pipelined(session)
  for (let i = 0; i < 20; i++) await ahead.insertMany(statement, rows(5))
  assert.ok(counts.ended < counts.begun)
  await ahead.answered()
  assert.deepEqual(counts, { begun: 20, ended: 20, most: underWayMax })
})

test('no rows are no statement, a count that is checked may fail, and a fault is mapped as asked', async () => {
  const { session, counts } = fakeSession([1])
  await using ahead = pipelined(session)
  await ahead.insertMany(statement, [])
  assert.equal(counts.begun, 0)
  const check = (affected: number) => {
    if (affected !== 1) throw new Error(`${affected} rows`)
  }
  await ahead.execute('UPDATE', [1, 2], check)
  const mapped = () => ahead.insertMany(statement, rows(1), (fault) => new Error(`mapped: ${(fault as Error).message}`))
  await assert.rejects(mapped(), new Error('2 rows'))
  assert.equal(counts.begun, 1, 'nothing is sent behind a fault')
  await mapped()
  await assert.rejects(ahead.answered(), new Error('mapped: statement 1 failed'))
})

test('inserts and other statements wait for each other: one that must be prepared first would be overtaken', async () => {
  const { session, counts } = fakeSession()
  await using ahead = pipelined(session)
  const underWay = async (send: Promise<void>) => {
    await send
    return counts.begun - counts.ended
  }
  await ahead.insertMany(statement, rows(50))
  assert.equal(await underWay(ahead.insertMany(statement, rows(50))), 2)
  assert.equal(await underWay(ahead.execute('DELETE', [1, 2, 3, 4, 5])), 1)
  assert.equal(await underWay(ahead.execute('DELETE', [1, 2, 3, 4, 5])), 2)
  assert.equal(await underWay(ahead.insertMany(statement, rows(50))), 1)
})
