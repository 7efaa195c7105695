/**
 * The states of the processor, as values.
 *
 *   loading ──loaded──▶ advancing ─────────────────────┐
 *      ▲  └───loaded──▶ searching ──cleared──▶ advancing  │ fault
 *      └──retry── failed ◀──────────────────────────────┘
 *
 * - loading: nothing is in memory. The folds and the cursor are read from the store.
 * - advancing: the folds are in memory as they are after the newest batch that was built. Up to two batches are being committed.
 * - searching: one of the records up to `suspicion.until` is refused. Parts of them are committed, one after the other, down to one record.
 * - failed: what was in memory is dropped, and no commit is under way. The fault is waited for, or narrows down what is under suspicion.
 * - ended: nothing is read or committed any more.
 *
 * A fault leads from loading, advancing and searching to failed. A suspicion outlives it, and ends when its records are behind the position.
 * `stop` leads from every state to ended, and nothing leads out of that.
 */
import assert from 'node:assert/strict'
import type { Loaded } from './loaded.ts'
import type { Suspicion } from './suspicion.ts'

export type ProcessorState =
  | { readonly is: 'loading'; readonly suspicion: Suspicion | undefined }
  | { readonly is: 'advancing'; readonly loaded: Loaded }
  | { readonly is: 'searching'; readonly loaded: Loaded; readonly suspicion: Suspicion }
  | { readonly is: 'failed'; readonly suspicion: Suspicion | undefined }
  | { readonly is: 'ended' }

export type ProcessorEvent =
  | { readonly type: 'loaded'; readonly loaded: Loaded }
  /** The part under suspicion is committed. */
  | { readonly type: 'cleared' }
  | { readonly type: 'fault' }
  | { readonly type: 'retry'; readonly suspicion: Suspicion | undefined }
  | { readonly type: 'stop' }

export const firstState: ProcessorState = { is: 'loading', suspicion: undefined }

export function nextState(state: ProcessorState, event: ProcessorEvent): ProcessorState {
  switch (event.type) {
    case 'loaded': {
      assert(state.is === 'loading', `loaded while ${state.is}`)
      const { suspicion } = state
      const { loaded } = event
      if (suspicion === undefined || loaded.position >= suspicion.until) return { is: 'advancing', loaded }
      return { is: 'searching', loaded, suspicion }
    }
    case 'cleared':
      assert(state.is === 'searching', `cleared while ${state.is}`)
      return { is: 'advancing', loaded: state.loaded }
    case 'fault':
      assert(state.is !== 'failed' && state.is !== 'ended', `a fault while ${state.is}`)
      return { is: 'failed', suspicion: state.is === 'advancing' ? undefined : state.suspicion }
    case 'retry':
      assert(state.is === 'failed', `a retry while ${state.is}`)
      return { is: 'loading', suspicion: event.suspicion }
    case 'stop':
      return { is: 'ended' }
  }
}
