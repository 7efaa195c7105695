/**
 * Where a reader stands, as values.
 *
 *   away ──enter──▶ open ──load──▶ loaded ─┐ load
 *     ▲              │ ◀───doubt───  │  ◀──┘
 *     └────leave─────┴───────────────┘
 *
 * - away: no segment is open.
 * - open: a segment is open, and the cursor stands before one of its records. No bytes are loaded, or they are not trusted any more.
 * - loaded: the window holds the bytes from the cursor on, as they were when `durable` was the last durable record: they are good for the
 *   records up to that one, and for no later ones. Records that are taken move the cursor.
 *
 * A segment is left before another one is entered. A doubt changes nothing while no bytes are loaded.
 */
import assert from 'node:assert/strict'
import type { OpenFile } from '../lib/files.ts'
import type { Segment } from './directory.ts'
import type { Totals } from './record.ts'

/** Where the last call stopped. */
export interface Cursor {
  readonly segment: Segment
  readonly file: OpenFile
  readonly salt: number
  offset: number
  /** Number expected at `offset`, and the counts before it where they are known. */
  next: number
  totals: Totals | undefined
}

export type ReaderState =
  | { readonly is: 'away' }
  | { readonly is: 'open'; readonly cursor: Cursor }
  | { readonly is: 'loaded'; readonly cursor: Cursor; readonly durable: number }

export type ReaderEvent =
  | { readonly type: 'enter'; readonly cursor: Cursor }
  | { readonly type: 'load'; readonly durable: number }
  /** What is loaded may have changed since. */
  | { readonly type: 'doubt' }
  | { readonly type: 'leave' }

export const firstState: ReaderState = { is: 'away' }

export function nextState(state: ReaderState, event: ReaderEvent): ReaderState {
  switch (event.type) {
    case 'enter':
      assert(state.is === 'away', `entered a segment while another is ${state.is}`)
      return { is: 'open', cursor: event.cursor }
    case 'load':
      assert(state.is !== 'away', 'loaded bytes of no segment')
      return { is: 'loaded', cursor: state.cursor, durable: event.durable }
    case 'doubt':
      return state.is === 'loaded' ? { is: 'open', cursor: state.cursor } : state
    case 'leave':
      return { is: 'away' }
  }
}

/** The cursor, where a segment is open. */
export const cursorOf = (state: ReaderState): Cursor | undefined => (state.is === 'away' ? undefined : state.cursor)

/** The last record for which the loaded bytes are good; 0 where none are. */
export const loadedUpTo = (state: ReaderState): number => (state.is === 'loaded' ? state.durable : 0)
