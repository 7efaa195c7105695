import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { numberedLine, numberOf } from './numbered-line.ts'
import { accountFor } from './truth.ts'

test('lines that are there once each are neither lost nor doubled', () => {
  assert.deepEqual(accountFor({ first: 100, count: 3, damaged: [] }, [102, 100, 101]), {
    ...{ sent: 3, stored: 3, lost: 0, lost_percent: 0, overrun: 0, taken_and_lost: 0, doubled: 0, wrong: 0 },
  })
})

test('a damaged line that is missing was lost on the wire, another by the program', () => {
  const account = accountFor({ first: 0, count: 4, damaged: [1] }, [0, 3])
  assert.equal(account.lost, 2)
  assert.equal(account.overrun, 1)
  assert.equal(account.taken_and_lost, 1)
  assert.equal(account.lost_percent, 50)
})

test('rows of other bursts are not counted as lost, and repeats are counted as repeats', () => {
  const account = accountFor({ first: 10, count: 2, damaged: [] }, [9, 10, 10, 10, 12, Number.NaN], 1)
  assert.equal(account.stored, 1)
  assert.equal(account.doubled, 2)
  assert.equal(account.taken_and_lost, 1)
  assert.equal(account.wrong, 1)
})

test('the account always closes', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 60 }))
  fc.assert(
    fc.property(numbers, fc.uniqueArray(fc.integer({ min: 10, max: 49 })), (rows, damaged) => {
      const account = accountFor({ first: 10, count: 40, damaged }, rows)
      const own = rows.filter((number) => number >= 10 && number < 50)
      assert.equal(account.stored, new Set(own).size)
      assert.equal(account.stored + account.lost, account.sent)
      assert.equal(account.overrun + account.taken_and_lost, account.lost)
      assert.equal(account.stored + account.doubled, own.length)
    }),
  )
})

test('a line is 40 bytes with its end, and its row leads back to it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom(500, 5_000, 50_000), (number, sensors) => {
      const line = numberedLine(number, sensors, '2026-11-23T14:05Z')
      assert.equal(line.length + 1, 40)
      const [sensor = '', seq] = line.split(',')
      assert.equal(numberOf(sensor, Number(seq), sensors), number)
    }),
  )
  assert.ok(Number.isNaN(numberOf('s00500', 1, 500)), 'no such sensor')
  assert.ok(Number.isNaN(numberOf('probe', 1, 500)))
})
