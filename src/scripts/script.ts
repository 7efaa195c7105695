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

/** What a script may use. None of these depends on the machine, so that a replay answers alike. */
export const scriptLimits = {
  /** Bytes of its heap. */
  memory: 16 * 1024 * 1024,
  /** Bytes of its stack. */
  stack: 192 * 1024,
  /**
   * Of a call, counted within the interpreter (metered-module.ts): 7 to 40 ms of processor time. Twice what the slowest script of a public
   * catalogue takes, which decrypts its frames, and 20 times what the next one does.
   */
  steps: 4_000_000,
  /** Likewise, to load it: twice what the slowest takes. */
  stepsToLoad: 40_000_000,
  /** Characters of what it returns. */
  answerChars: 64 * 1024,
} as const
/** By the wall clock: milliseconds until a thread is taken to stand still. What a script may use ends it long before. */
export const clockLimits = {
  /** Of a call: 50 times what its steps take, since to start another thread on a busy machine takes longer than to wait. */
  callMs: 2_000,
  /** To load a script, before its first call. */
  loadMs: 5_000,
  /** A thread that stood still is ended, and the frame is tried again with more time, so often: a machine that is slow or stood still itself decides nothing. */
  tries: 3,
  /** How much more. */
  patience: 4,
} as const
export type ClockLimits = { readonly [K in keyof typeof clockLimits]: number }

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
