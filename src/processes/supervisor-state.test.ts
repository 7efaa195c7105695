import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextState, type SupervisorEvent, type SupervisorState } from './supervisor-state.ts'

const after = (isDemo: boolean, ...events: readonly SupervisorEvent[]) =>
  events.reduce<SupervisorState>(nextState, { is: 'idle', isDemo })

describe('the states of the supervisor', () => {
  test('it starts, runs and stops', () => {
    assert.deepEqual(after(false, 'start'), { is: 'starting', isDemo: false })
    assert.deepEqual(after(false, 'start', 'started'), { is: 'running', isDemo: false })
    assert.deepEqual(after(false, 'start', 'started', 'stop'), { is: 'stopped' })
  })
  test('the demo ends while the others are still starting, or later, and only once', () => {
    assert.deepEqual(after(true, 'start', 'demo-over'), { is: 'starting', isDemo: false })
    assert.deepEqual(after(true, 'start', 'demo-over', 'started'), { is: 'running', isDemo: false })
    assert.deepEqual(after(true, 'start', 'started', 'demo-over'), { is: 'running', isDemo: false })
    assert.throws(() => after(true, 'start', 'demo-over', 'demo-over'), assert.AssertionError)
    assert.throws(() => after(true, 'demo-over'), assert.AssertionError)
    assert.throws(() => after(false, 'start', 'demo-over'), assert.AssertionError)
  })
  test('one that was stopped while starting stays stopped', () => {
    assert.deepEqual(after(true, 'start', 'stop', 'started', 'demo-over', 'stop'), { is: 'stopped' })
    assert.throws(() => after(false, 'stop', 'start'), assert.AssertionError)
  })
  test('it starts only once', () => {
    assert.throws(() => after(false, 'start', 'start'), assert.AssertionError)
    assert.throws(() => after(false, 'start', 'started', 'started'), assert.AssertionError)
    assert.throws(() => after(false, 'started'), assert.AssertionError)
  })
})
