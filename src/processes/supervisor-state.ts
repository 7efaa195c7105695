/**
 * The states of the supervisor, as values. Those of each child are in worker-state.ts.
 *
 *   idle ──start──▶ starting ──started──▶ running
 *
 * - idle: no child was launched.
 * - starting: intake is launched first, then the others. Resolved when they are ready, or have waited long enough.
 * - running: every child is launched, and launched again when it ends.
 * - stopped: the children are asked to leave, and none is launched again.
 *
 * `isDemo` stands beside them until stopped: the city is simulated. `demo-over` ends that while starting or running, since intake may take real
 * data before the others are ready. `stop` leads from every state to stopped, and nothing leads out of it.
 */
import assert from 'node:assert/strict'

export type SupervisorState =
  | { readonly is: 'idle' | 'starting' | 'running'; readonly isDemo: boolean }
  | { readonly is: 'stopped' }

export type SupervisorEvent = 'start' | 'started' | 'demo-over' | 'stop'

export function nextState(state: SupervisorState, event: SupervisorEvent): SupervisorState {
  if (state.is === 'stopped') {
    assert(event !== 'start', 'started after it was stopped')
    return state
  }
  const { is, isDemo } = state
  switch (event) {
    case 'start':
      assert.equal(is, 'idle', 'started twice')
      return { is: 'starting', isDemo }
    case 'started':
      assert.equal(is, 'starting', `started while ${is}`)
      return { is: 'running', isDemo }
    case 'demo-over':
      assert(is !== 'idle' && isDemo, `the demo is over while ${is}`)
      return { is, isDemo: false }
    case 'stop':
      return { is: 'stopped' }
  }
}
