import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inKeyOrder, piecesInKeyOrder } from './table.ts'

const row = fc.tuple(fc.nat(5), fc.constantFrom('a', 'b', 'B'), fc.nat())

test('pieces hold all rows in key order, each full but the last, in any order of the rows', () => {
  fc.assert(
    fc.property(fc.array(row), fc.boolean(), fc.integer({ min: 1, max: 7 }), (drawn, isSorted, length) => {
      const rows = isSorted ? inKeyOrder(2, drawn) : drawn
      const pieces = [...piecesInKeyOrder(2, rows, length)]
      assert.deepEqual(pieces.flat(), inKeyOrder(2, rows))
      for (const piece of pieces.slice(0, -1)) assert.equal(piece.length, length)
    }),
  )
})

test('rows that come in order are made as they are asked for', () => {
  let made = 0
  const rows = {
    length: 1_000,
    *[Symbol.iterator]() {
      for (let i = 0; i < 1_000; i++) {
        made++
        yield [i]
      }
    },
  }
  const pieces = piecesInKeyOrder(1, rows, 10)[Symbol.iterator]()
  assert.equal(pieces.next().value?.length, 10)
  // Once to see that they are in order, then those of the first piece.
  assert.equal(made, 1_010)
})
