import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { JournalError } from './journal.ts'
import { faultIn, nextState, type WriterEvent, type WriterState } from './writer-state.ts'

const fault = { error: new JournalError('E_JOURNAL_FULL', 'the disk is full'), until: 0 }
const opened: WriterEvent = { type: 'opened' }
const durable: WriterEvent = { type: 'durable' }
const refused: WriterEvent = { type: 'refused', fault }
const close: WriterEvent = { type: 'close' }
const after = (...events: readonly WriterEvent[]) => events.reduce<WriterState>(nextState, { is: 'opening' })

describe('the states of the writer', () => {
  test('it writes once it is open, and refuses from the start when the first segment cannot be made', () => {
    assert.deepEqual(after(opened), { is: 'writing' })
    assert.deepEqual(after(refused), { is: 'refusing', fault })
    assert.throws(() => after(opened, opened), assert.AssertionError)
    assert.throws(() => after(durable), assert.AssertionError)
  })
  test('a group that is refused is remembered until the next one is durable', () => {
    assert.equal(faultIn(after(opened, durable, refused)), fault)
    assert.deepEqual(after(opened, refused, durable), { is: 'writing' })
  })
  test('it never opens again once it is closing, for any result of the groups that wait', () => {
    assert.deepEqual(after(opened, close), { is: 'closing', fault: undefined })
    assert.deepEqual(after(opened, refused, close, close), { is: 'closing', fault })
    assert.deepEqual(after(opened, refused, close, durable), { is: 'closing', fault: undefined })
    assert.deepEqual(after(opened, close, refused), { is: 'closing', fault })
    assert.throws(() => after(opened, close, opened), assert.AssertionError)
  })
})
