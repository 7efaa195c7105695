import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Cursor, cursorOf, firstState, loadedUpTo, nextState, type ReaderEvent } from './reader-state.ts'

const cursor = { offset: 512, next: 1, salt: 0, totals: undefined } as Cursor
const enter: ReaderEvent = { type: 'enter', cursor }
const load = (durable: number): ReaderEvent => ({ type: 'load', durable })
const doubt: ReaderEvent = { type: 'doubt' }
const leave: ReaderEvent = { type: 'leave' }
const after = (...events: readonly ReaderEvent[]) => events.reduce(nextState, firstState)

describe('the states of a reader', () => {
  test('loaded bytes are good up to the record that was durable then, and for none once they are in doubt', () => {
    assert.equal(loadedUpTo(after(enter)), 0)
    assert.equal(loadedUpTo(after(enter, load(7))), 7)
    assert.equal(loadedUpTo(after(enter, load(7), load(9))), 9)
    assert.deepEqual(after(enter, load(7), doubt), { is: 'open', cursor })
  })
  test('bytes of a segment that was left are never taken for those of the next one', () => {
    assert.equal(loadedUpTo(after(enter, load(7), leave, enter)), 0)
  })
  test('no segment is entered while another one is open, and none is loaded while none is', () => {
    assert.throws(() => after(enter, enter), assert.AssertionError)
    assert.throws(() => after(load(7)), assert.AssertionError)
    assert.equal(cursorOf(after(doubt)), undefined)
  })
})
