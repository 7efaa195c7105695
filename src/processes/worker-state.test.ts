import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { nextState, type WorkerEvent, type WorkerState } from './worker-state.ts'

const idle: WorkerState = { is: 'idle' }
const after = (...events: WorkerEvent[]) => events.reduce(nextState, idle)
const launch = (now = 0): WorkerEvent => ({ type: 'launch', now })
const exit = (now = 1): WorkerEvent => ({ type: 'exit', now })
const ready: WorkerEvent = { type: 'ready' }
const stop: WorkerEvent = { type: 'stop' }
const renew: WorkerEvent = { type: 'renew' }
const delayOf = (state: WorkerState) => (state.is === 'waiting' ? state.delayMs : assert.fail(state.is))

describe('the state of a child process', () => {
  test('a child that falls is waited for and launched again, the first time at once', () => {
    assert.equal(delayOf(after(launch(), ready, exit())), 0)
    assert.equal(after(launch(), exit(), launch()).is, 'starting')
  })

  test('falls in a row wait longer than the first, and a healthy run makes the next one the first again', () => {
    const rows = after(launch(), exit(), launch(), exit(), launch(), exit(), launch(), exit())
    assert.ok(delayOf(rows) > 0)
    assert.equal(delayOf([launch(1_000), ready, exit(40_000)].reduce(nextState, rows)), 0)
  })

  test('a stop while it waits for its next launch ends it: the launch that was due does nothing', () => {
    assert.equal(after(launch(), exit(), stop).is, 'ended')
    assert.equal(after(launch(), exit(), stop, launch()).is, 'ended')
  })

  test('a renewed child is not counted as fallen', () => {
    assert.deepEqual(after(launch(), ready, renew, exit()), idle)
  })

  test('a stop during a renewal wins', () => {
    assert.equal(after(launch(), ready, renew, stop, exit(), launch()).is, 'ended')
  })

  test('after a stop no event runs a process again', () => {
    const event = fc.constantFrom<WorkerEvent>(launch(), launch(50_000), ready, exit(), exit(90_000), renew, stop)
    const running = (state: WorkerState) => state.is === 'starting' || state.is === 'ready'
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, later) => {
        let state = after(...before, stop)
        for (const one of later) {
          state = nextState(state, one)
          assert.ok(!running(state), `${JSON.stringify(before)} stop ${JSON.stringify(later)}: ${state.is}`)
        }
      }),
    )
  })
})
