/**
 * The life of one child process, as values.
 *
 *   idle ──launch──▶ starting ──ready──▶ ready ──exit──▶ waiting ──launch──▶ starting
 *                       └──exit──▶ waiting
 *
 * - idle: not launched yet.
 * - starting: spawned; it has not reported that it works.
 * - ready: it works. Its listening sockets answer.
 * - waiting: it ended without being asked. It is launched again after `delayMs`, which grows with each fall in a row.
 * - leaving: it was asked to end. `again`: another one is launched afterwards (the demo has ended).
 * - ended: it is not launched again.
 *
 * `stop` leads from every state to leaving or ended; nothing leads out of ended. An event that a state does not name changes nothing.
 */
import { retryDelayMs } from '../lib/retry.ts'

export type WorkerState =
  | { readonly is: 'idle' }
  | { readonly is: 'starting'; readonly since: number; readonly falls: number }
  | { readonly is: 'ready'; readonly since: number; readonly falls: number }
  | { readonly is: 'waiting'; readonly falls: number; readonly delayMs: number }
  | { readonly is: 'leaving'; readonly again: boolean }
  | { readonly is: 'ended' }

export type WorkerEvent =
  | { readonly type: 'launch'; readonly now: number }
  | { readonly type: 'ready' }
  | { readonly type: 'exit'; readonly now: number }
  | { readonly type: 'renew' }
  | { readonly type: 'stop' }

/** A child that has run this long was healthy: the delays begin from the first again. */
const healthyMs = 30_000

export function nextState(state: WorkerState, event: WorkerEvent): WorkerState {
  switch (event.type) {
    case 'launch':
      if (state.is === 'idle') return { is: 'starting', since: event.now, falls: 0 }
      return state.is === 'waiting' ? { is: 'starting', since: event.now, falls: state.falls } : state
    case 'ready':
      return state.is === 'starting' ? { ...state, is: 'ready' } : state
    case 'exit':
      return afterExit(state, event.now)
    case 'renew':
      if (isRunning(state)) return { is: 'leaving', again: true }
      return state.is === 'waiting' ? { is: 'idle' } : state
    case 'stop':
      return isRunning(state) || state.is === 'leaving' ? { is: 'leaving', again: false } : { is: 'ended' }
  }
}

function afterExit(state: WorkerState, now: number): WorkerState {
  if (state.is === 'leaving') return state.again ? { is: 'idle' } : { is: 'ended' }
  if (!isRunning(state)) return state
  const falls = now - state.since > healthyMs ? 1 : state.falls + 1
  // The first fall of a healthy one costs no time.
  return { is: 'waiting', falls, delayMs: falls <= 1 ? 0 : retryDelayMs(falls - 2) }
}

const isRunning = (state: WorkerState): state is Extract<WorkerState, { is: 'starting' | 'ready' }> =>
  state.is === 'starting' || state.is === 'ready'
