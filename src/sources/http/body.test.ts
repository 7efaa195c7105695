import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createByteBudget, release, reserve } from './body.ts'

const mebibyte = 1024 * 1024

test('what all sources hold together is bounded, and what is let go is room again', () => {
  const held = createByteBudget()
  for (const source of ['a', 'b']) assert.equal(reserve(held, source, 32 * mebibyte), undefined)
  assert.equal(reserve(held, 'c', 1), 'too-many')
  release(held, 'c', 1)
  release(held, 'a', mebibyte)
  assert.equal(reserve(held, 'c', mebibyte), undefined)
  assert.equal(reserve(held, 'c', 1), 'too-many')
  for (const [source, bytes] of [
    ['a', 31 * mebibyte],
    ['b', 32 * mebibyte],
    ['c', mebibyte + 1],
  ] as const)
    release(held, source, bytes)
  assert.deepEqual(held, createByteBudget())
})

test('one source is bounded below all', () => {
  const held = createByteBudget()
  assert.equal(reserve(held, 'a', 32 * mebibyte + 1), 'too-many-of-source')
  assert.equal(reserve(held, 'b', 1), undefined)
})
