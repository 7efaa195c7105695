/**
 * The states of the writer, as values.
 *
 *   opening ──opened──▶ writing ◀──durable── refusing
 *      └────refused──▶ refusing ◀──refused── writing
 *
 * - opening: the first segment is being made. Nothing is appended yet.
 * - writing: the newest group is durable, or none was written yet.
 * - refusing: the newest group was refused, for `fault`. Appends are refused without a try until `fault.until`; the next one after that is tried.
 * - closing: what was appended before is still answered, and nothing more is taken. `fault` is what the newest group was refused for.
 *
 * `close` leads from every state to closing, and nothing leads out of it: groups that end there only change its fault.
 */
import assert from 'node:assert/strict'
import type { JournalError } from './journal.ts'

export interface WriterFault {
  readonly error: JournalError
  /** Monotonic time before which no new try is made; 0: the next append is a try. */
  readonly until: number
}

export type WriterState =
  | { readonly is: 'opening' }
  | { readonly is: 'writing' }
  | { readonly is: 'refusing'; readonly fault: WriterFault }
  | { readonly is: 'closing'; readonly fault: WriterFault | undefined }

export type WriterEvent =
  | { readonly type: 'opened' }
  | { readonly type: 'durable' }
  | { readonly type: 'refused'; readonly fault: WriterFault }
  | { readonly type: 'close' }

export function nextState(state: WriterState, event: WriterEvent): WriterState {
  switch (event.type) {
    case 'opened':
      assert.equal(state.is, 'opening', 'opened twice')
      return { is: 'writing' }
    case 'durable':
      assert.notEqual(state.is, 'opening', 'a group is durable before the journal is open')
      return state.is === 'closing' ? { is: 'closing', fault: undefined } : { is: 'writing' }
    case 'refused':
      return { is: state.is === 'closing' ? 'closing' : 'refusing', fault: event.fault }
    case 'close':
      return { is: 'closing', fault: faultIn(state) }
  }
}

/** What the newest group was refused for. */
export const faultIn = (state: WriterState): WriterFault | undefined => ('fault' in state ? state.fault : undefined)
