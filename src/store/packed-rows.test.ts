import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rowMemory, rowShape } from './packed-rows.ts'

interface Row {
  readonly first: unknown
  readonly second: unknown
  readonly third: unknown
}
const shape = rowShape<Row>(['first', 'second', 'third'])
/** Few texts, so that neighbours share one; numbers that no column takes must arrive as they are, to be refused there. */
const value = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, null, undefined, true, false),
  fc.constantFrom('', 'a', 'b', 'http'),
  fc.array(fc.string(), { maxLength: 2 }),
)
const rows = fc.array(fc.record({ first: value, second: value, third: value }, { noNullPrototype: true }), {
  maxLength: 300,
})

test('rows come out of another thread as they went in, however often they are gone through', async () => {
  await fc.assert(
    fc.property(rows, (list) => {
      const received = shape.listOf(structuredClone(shape.pack(list).packed))
      assert.equal(received.length, list.length)
      for (let round = 0; round < 2; round++) assert.deepEqual([...received], list)
    }),
  )
})

test('memory that is used again holds what was packed last, and other memory what it held', async () => {
  await fc.assert(
    fc.property(fc.array(rows, { maxLength: 4 }), rows, (before, list) => {
      const [again, kept] = [rowMemory(), rowMemory()]
      const first = shape.pack(list, kept)
      for (const other of before) shape.pack(other, again)
      assert.deepEqual([...shape.pack(list, again)], list)
      assert.deepEqual([...first], list)
    }),
  )
})

test('many rows keep what was packed before their memory grew', () => {
  const list = Array.from({ length: 2_000 }, (_, i) => ({
    first: i,
    second: i % 3 === 0 ? `text ${i}` : null,
    third: i / 7,
  }))
  assert.deepEqual([...shape.pack(list)], list)
})

test('a row is read when its turn comes: one object may stand for all of them', () => {
  function* counting() {
    const row = { first: 0, second: 'x', third: null }
    for (; row.first < 3; row.first++) yield row
  }
  assert.deepEqual(
    [...shape.pack(counting())].map(({ first }) => first),
    [0, 1, 2],
  )
})

test('a name that could be code is refused', () => {
  assert.throws(() => rowShape<Record<string, unknown>>(['a; throw 1']), /cannot be the name of a field/)
})
