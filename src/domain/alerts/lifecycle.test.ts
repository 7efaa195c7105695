/** The table of transitions, tried with every event in every state and with random histories. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertStates } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { isActive, type Lifecycle, type LifecycleEvent, transition } from './lifecycle.ts'

const states: readonly Lifecycle[] = [
  ...(['normal', 'unacknowledged', 'acknowledged', 'returned'] as const).map((is): Lifecycle => ({ is })),
  ...[true, false].flatMap((isOn): Lifecycle[] => [
    { is: 'shelved', until: 9, isActive: isOn },
    { is: 'suppressed', root: 'r', isActive: isOn },
    { is: 'out-of-service', isActive: isOn },
  ]),
]
const events: readonly LifecycleEvent[] = [
  ...(['raise', 'clear', 'release', 'expire', 'acknowledge', 'undo-acknowledge', 'unshelve', 'resolve'] as const).map(
    (is): LifecycleEvent => ({ is }),
  ),
  ...([{ is: 'out-of-service' }, { is: 'in-service' }] as const),
  ...([
    { is: 'suppress', root: 'q' },
    { is: 'shelve', until: 99 },
  ] as const),
]
const after = (state: Lifecycle, event: LifecycleEvent): Lifecycle => {
  const next = transition(state, event)
  return next === undefined || typeof next === 'string' ? state : next
}

test('every state has a transition, a refusal or nothing for every event, and all states are reached', () => {
  const reached = new Set<string>()
  for (const state of states)
    for (const event of events) {
      const next = transition(state, event)
      if (typeof next === 'object') reached.add(next.is)
      assert.ok(next === undefined || typeof next === 'string' || states.some(({ is }) => is === next.is))
    }
  assert.deepEqual([...reached].sort(), [...alertStates].sort())
})

test('a condition that holds stays known through all that people do, and only a clear ends it', () => {
  for (const state of states.filter(isActive))
    for (const event of events.filter(({ is }) => is !== 'clear' && is !== 'resolve'))
      assert.ok(isActive(after(state, event)), `${state.is} ${event.is}`)
  for (const state of states.filter((one) => !isActive(one)))
    for (const event of events.filter(({ is }) => is !== 'raise'))
      assert.ok(!isActive(after(state, event)), `${state.is} ${event.is}`)
})

test('no action of a person closes an alert whose condition holds, but resolving one that has no end of its own', () => {
  for (const state of states.filter(isActive))
    for (const event of events.filter(({ is }) => is !== 'clear' && is !== 'resolve'))
      assert.notEqual(after(state, event).is, 'normal', `${state.is} ${event.is}`)
})

test('after any history, a raise behind the end of what covers it asks for a person', () => {
  const history = fc.array(fc.constantFrom(...events), { maxLength: 30 })
  fc.assert(
    fc.property(history, (of) => {
      let state: Lifecycle = { is: 'normal' }
      for (const event of of) state = after(state, event)
      for (const is of ['in-service', 'unshelve', 'release', 'expire', 'clear'] as const) state = after(state, { is })
      if (state.is === 'returned') state = after(state, { is: 'acknowledge' })
      assert.equal(state.is, 'normal')
      assert.equal(after(state, { is: 'raise' }).is, 'unacknowledged')
    }),
    { numRuns: effort(500) },
  )
})
