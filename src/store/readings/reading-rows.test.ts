import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { measureKeys } from '../../domain/measures.ts'
import type { ReadingRow } from '../store.ts'
import { aReading } from '../testing/store-samples.ts'
import {
  appendRows,
  behind,
  emptied,
  laterReader,
  listOf,
  noReadings,
  type ReadingRows,
  readingRows,
  readingsToSend,
  readingWidth,
  sharedReadings,
} from './reading-rows.ts'
import { filledColumns, pushReadingValues, readingColumns, readingKinds, storedColumns } from './rows.ts'

const number = fc.option(fc.constantFrom(0, 1, 7.5, 2 ** 40), { nil: null })
const readings = fc
  .array(fc.record(Object.fromEntries(measureKeys.map((key) => [key, number]))), { maxLength: 200 })
  .map((list) => list.map((measures, i): ReadingRow => aReading({ pos: i + 1, seq: i, ...measures })))

const sql = (rows: ReadingRows, row: number) =>
  Object.fromEntries(pushReadingValues([], rows, row, 0).map((value, i) => [['day', ...readingColumns][i], value]))

test('readings come back from their packed rows, from a copy for another thread, and from memory that is used again', () => {
  fc.assert(
    fc.property(readings, readings, (list, others) => {
      assert.deepEqual(listOf(readingRows(list)), list)
      assert.deepEqual(listOf(readingsToSend(readingRows(list)).readings), list)
      const shared = sharedReadings()
      for (const batch of [list, others]) {
        appendRows(emptied(shared), readingRows(batch))
        assert.deepEqual(listOf(readingsToSend(shared).readings), batch)
      }
    }),
    { numRuns: 40 },
  )
})

test('rows that are put behind others, or parted by position, keep their measures', () => {
  fc.assert(
    fc.property(readings, readings, fc.nat(200), (list, others, pos) => {
      const rows = readingRows(list)
      appendRows(rows, readingRows(others))
      assert.deepEqual(listOf(rows), [...list, ...others])
      const parts = behind(rows, pos)
      const all = [...list, ...others]
      assert.deepEqual(
        listOf(parts.behind),
        all.filter((row) => row.pos > pos),
      )
      assert.deepEqual(
        listOf(parts.before),
        all.filter((row) => row.pos <= pos),
      )
    }),
    { numRuns: 40 },
  )
})

test('every kind of rows fills the columns that its rows have, and no row is in two kinds', () => {
  fc.assert(
    fc.property(readings, (list) => {
      const rows = readingRows(list)
      const seen: number[] = []
      for (const { rows: some, filled, zero } of readingKinds(rows)) {
        const later = laterReader(rows)
        for (const row of some) {
          seen.push(row)
          const sent = storedColumns(filled).map((name, i) => [
            name,
            pushReadingValues([], rows, row, 0, { filled, later })[i],
          ])
          const given = Object.fromEntries([...zero.map((at) => [readingColumns[at], 0]), ...sent])
          assert.deepEqual({ ...sql(rows, row), ...given }, sql(rows, row))
          assert.ok(Object.entries(sql(rows, row)).every(([name, value]) => value === null || name in given))
        }
      }
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        list.map((_, row) => row),
      )
      const filled = filledColumns(rows)
      for (const row of seen)
        for (const [name, value] of Object.entries(sql(rows, row)).slice(1))
          assert.ok(value === null || filled.includes((readingColumns as readonly string[]).indexOf(name)))
    }),
    { numRuns: 40 },
  )
})

test('a later measure takes no memory of the rows that are without it', () => {
  const plain = readingRows(Array.from({ length: 1_000 }, () => aReading()))
  assert.deepEqual([plain.laterLength, plain.later.length], [0, noReadings().later.length])
  assert.equal(plain.values.length % readingWidth, 0)
  assert.ok(plain.values.length <= 2 * 1_024 * readingWidth)
})
