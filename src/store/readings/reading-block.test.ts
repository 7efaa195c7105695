import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aReading, at } from '../testing/store-samples.ts'
import { packColumns, packedColumns } from './packed-columns.ts'
import { groupOf, groupsOf, keysIn, type OpenBlock, planBlocks } from './reading-block.ts'
import { listOf, noReadings, readingRows } from './reading-rows.ts'

const today = 20_780
const closed: OpenBlock = { day: 0, after_pos: 0, block: 1, rows_open: 0 }

test('columns of any safe integers come back as they went in', () => {
  const integer = fc.oneof(fc.maxSafeInteger(), fc.nat(300), fc.integer(), fc.constantFrom(2 ** 53 - 1, -(2 ** 53) + 1))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.gen(), (rows, count, gen) => {
      const columns = Array.from({ length: count }, () => Array.from({ length: rows }, () => gen(() => integer)))
      const read = packedColumns(packColumns(columns.map((values) => Float64Array.from(values))), count, rows).map(
        (value) => Array.from({ length: rows }, (_, row) => value(row)),
      )
      assert.deepEqual(read, columns)
    }),
  )
})

test('a column is as narrow as its range, wherever it lies', () => {
  const bytes = (...values: number[]) => packColumns([Float64Array.from(values)]).length - 9
  assert.equal(bytes(2 ** 40, 2 ** 40 + 255), 2)
  assert.equal(bytes(-1, 255), 4)
  assert.equal(bytes(0, 2 ** 32 - 1), 8)
  assert.equal(bytes(0, 2 ** 32), 16)
})

test('the keys of a closed block are found by their device, numbers or none', () => {
  const rows = Array.from({ length: 100 }, (_, i) =>
    aReading({ pos: 1 + i, idx: i * 1_024, device: i % 20, seq: i % 3 === 0 ? null : i, epoch: i % 2, time: at }),
  )
  const groups = groupsOf(readingRows(rows), today, 7)
  assert.deepEqual(
    groups.map(({ device_group }) => device_group),
    [0, 1, 2],
  )
  for (let device = 0; device < 20; device++) {
    const keys = groups
      .filter((group) => group.device_group === groupOf(device))
      .flatMap((group) => keysIn(group, (of) => of === device))
    const expected = rows
      .filter((row) => row.device === device)
      .map(({ pos, idx, epoch, seq, time }) => ({ day: today, device, pos, idx, epoch, seq, time }))
    assert.deepEqual(keys, expected)
  }
})

test('a block is closed before the batch that would make it too large, or that begins another day', () => {
  const first = readingRows([aReading({ pos: 1 }), aReading({ pos: 2 })])
  const begun = planBlocks(closed, noReadings(), first, today, 3)
  assert.deepEqual(begun.open, { day: today, after_pos: 0, block: 1, rows_open: 2 })
  const room = planBlocks(begun.open, first, readingRows([aReading({ pos: 3 })]), today, 3)
  assert.deepEqual([room.open.rows_open, room.closed().length, room.keepsRows], [3, 0, true])
  const full = planBlocks(begun.open, first, readingRows([aReading({ pos: 3 }), aReading({ pos: 4 })]), today, 3)
  assert.deepEqual(full.open, { day: today, after_pos: 2, block: 2, rows_open: 2 })
  assert.deepEqual([full.closed()[0]?.rows_held, full.closed()[0]?.day], [2, today])
  const tomorrow = planBlocks(begun.open, first, readingRows([aReading({ pos: 3 })]), today + 1, 99)
  assert.deepEqual(tomorrow.open, { day: today + 1, after_pos: 2, block: 2, rows_open: 1 })
})

test('a reading of a position before the open block gets its own block at once', () => {
  const open = { day: today, after_pos: 50, block: 4, rows_open: 1 }
  const plan = planBlocks(
    open,
    readingRows([aReading({ pos: 60 })]),
    readingRows([aReading({ pos: 7 }), aReading({ pos: 61 })]),
    today,
    99,
  )
  assert.deepEqual(plan.open, { day: today, after_pos: 50, block: 5, rows_open: 2 })
  assert.deepEqual(
    listOf(plan.added).map(({ pos }) => pos),
    [61],
  )
  assert.deepEqual(
    plan.closed().map(({ block, rows_held }) => [block, rows_held]),
    [[4, 1]],
  )
})
