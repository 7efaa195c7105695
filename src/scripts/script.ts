/**
 * A vendor's script decodes the bytes of a sensor: TS013 `decodeUplink(input)`, the older `Decoder(bytes, port)` and
 * `Decode(fPort, bytes, variables)`. It is foreign code: it runs in an interpreter of its own (script-engine.ts) on a thread of its own
 * (script-thread.ts), which is ended from outside by the wall clock (script-lane.ts). What follows from its answer is decided elsewhere.
 */
import { createHash } from 'node:crypto'
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'

export interface Script {
  /** SHA-256 of the text, hex: the same text is the same script. */
  readonly hash: string
  readonly text: string
}

export const scriptOf = (text: string): Script => ({ hash: createHash('sha256').update(text).digest('hex'), text })

/** Larger than any of a public catalogue of 600 (the largest has 220 kB), and small enough to be compiled at once. */
export const scriptCharsMax = 1_000_000

/** What a script may use. The first three do not depend on the machine, so that a replay answers alike; the clock ends what they do not. */
export const scriptLimits = {
  /** Bytes of its heap. */
  memory: 16 * 1024 * 1024,
  /** Bytes of its stack. */
  stack: 192 * 1024,
  /** Loops and calls in one call, in units of 10,000. */
  steps: 2_000,
  /** Likewise, to load it. */
  stepsToLoad: 4_000,
  /** Characters of what it returns. */
  answerChars: 64 * 1024,
  /** Milliseconds of a call, by the wall clock. */
  callMs: 300,
  /** Likewise to load it, before its first call. */
  loadMs: 2_000,
  /** Calls of one job that are ended by the clock in a row; then the rest of the job fails too. */
  endedInRow: 3,
} as const
export type ClockLimits = Pick<typeof scriptLimits, 'callMs'> & { readonly loadMs: number; readonly endedInRow: number }

/** To the thread. */
export interface ScriptJob {
  readonly id: number
  readonly script: Script
  readonly frames: readonly ScriptFrame[]
}

/** From the thread: answers to the next frames of the job. */
export interface ScriptJobDone {
  readonly id: number
  readonly answers: readonly ScriptAnswer[]
}
