import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { watchingOf } from '../domain/watching.ts'
import { createCodecBook } from './codec-book.ts'
import { createDeskRequests } from './desk-requests.ts'
import { createFleet } from './fleet.ts'
import { createHistoryFold } from './folds.ts'
import type { Loaded } from './loaded.ts'
import { firstState, nextState, type ProcessorEvent, type ProcessorState } from './processor-state.ts'
import { suspicionUntil } from './suspicion.ts'

const fleet = createFleet([])
const history = createHistoryFold(watchingOf({ sites: [] }), fleet)
const requests = createDeskRequests([])
const codecs = createCodecBook([])
const at = (position: number): Loaded => ({
  fleet,
  history,
  requests,
  codecs,
  layoutVersion: 0,
  layoutRecord: 0,
  periodsOwed: [],
  position,
  base: 0,
})
const suspicion = suspicionUntil(20, 'it is refused')
const states: Readonly<Record<ProcessorState['is'], ProcessorState>> = {
  loading: { is: 'loading', suspicion },
  advancing: { is: 'advancing', loaded: at(10) },
  searching: { is: 'searching', loaded: at(10), suspicion },
  failed: { is: 'failed', suspicion },
  ended: { is: 'ended' },
}
const events: Readonly<Record<ProcessorEvent['type'], ProcessorEvent>> = {
  loaded: { type: 'loaded', loaded: at(10) },
  cleared: { type: 'cleared' },
  fault: { type: 'fault' },
  retry: { type: 'retry', suspicion },
  stop: { type: 'stop' },
}

describe('the states of the processor', () => {
  test('it loads first, with nothing under suspicion, and advances then', () => {
    assert.deepEqual(nextState(firstState, events.loaded), states.advancing)
  })
  test('a suspicion is followed up while its records are not committed, and ends when they are', () => {
    assert.deepEqual(nextState(states.loading, events.loaded), states.searching)
    const loaded = at(20)
    assert.deepEqual(nextState(states.loading, { type: 'loaded', loaded }), { is: 'advancing', loaded })
    assert.deepEqual(nextState(states.searching, events.cleared), states.advancing)
  })
  test('a fault drops what is in memory and keeps what is under suspicion', () => {
    assert.deepEqual(nextState(states.advancing, events.fault), { is: 'failed', suspicion: undefined })
    for (const is of ['loading', 'searching'] as const)
      assert.deepEqual(nextState(states[is], events.fault), { is: 'failed', suspicion })
    assert.deepEqual(nextState(states.failed, events.retry), states.loading)
  })
  test('it ends from every state, and nothing else happens in any other', () => {
    const allowed = ['loading loaded', 'loading fault', 'advancing fault', 'searching fault', 'searching cleared']
    for (const [is, state] of Object.entries(states))
      for (const [type, event] of Object.entries(events)) {
        if (type === 'stop') assert.deepEqual(nextState(state, event), { is: 'ended' })
        else if (![...allowed, 'failed retry'].includes(`${is} ${type}`))
          assert.throws(() => nextState(state, event), assert.AssertionError, `${is} ${type}`)
      }
  })
})
