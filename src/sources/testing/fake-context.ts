/**
 * A `SourceContext` for tests: an ordinary implementation that keeps everything in memory and follows the test. `hold` keeps
 * deliveries undurable until `release`; `refuse` makes intake refuse; `delayMs` is the time of a sync.
 */

import type { RefusalCause, SourceState } from '@baykeeper/contract/vocabulary.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { countFrames, frameSpans } from '../../lib/frames.ts'
import { silentLog } from '../../lib/log.ts'
import { type Delivery, IntakeRefused, type SourceContext, type SourceFacts, type SourceLoss } from '../source.ts'

export interface FakeContext extends SourceContext {
  /** In the order they became durable. */
  readonly durable: readonly Delivery[]
  /** Text of every durable frame, split as processing will split it. */
  frames(): string[]
  readonly noises: readonly string[]
  readonly refusals: readonly { frames: number; cause: RefusalCause; source: string | undefined }[]
  /** Frames that intake itself counted as refused: those of deliveries that their source does not keep. */
  readonly refusedByIntake: number
  /** One that began as another of its cause has replaced it. */
  readonly losses: readonly SourceLoss[]
  /** The facts reported last. */
  readonly reported: SourceFacts
  readonly states: readonly { state: SourceState; detail: string | undefined }[]
  /** Calls of `deliver`, refused ones included. */
  readonly delivers: number
  hold(): void
  release(): void
  /** For so many times, or until the next call. */
  refuse(refusal: RefusalCause | undefined, times?: number): void
  press(on: boolean): void
  /** Resolves when `condition` holds, rejects after `ms`. */
  until(condition: () => boolean, ms?: number): Promise<void>
}

export function createFakeContext(options: { delayMs?: number; clock?: Clock } = {}): FakeContext {
  const { delayMs = 0, clock = systemClock } = options
  const durable: Delivery[] = []
  const noises: string[] = []
  const refusals: { frames: number; cause: RefusalCause; source: string | undefined }[] = []
  const losses: SourceLoss[] = []
  let reported: SourceFacts = {}
  let refusedByIntake = 0
  const states: { state: SourceState; detail: string | undefined }[] = []
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let refusing: RefusalCause | undefined
  let refusalsLeft = 0
  let gate: PromiseWithResolvers<void> | undefined
  let delivers = 0
  let pressed = false

  const sync = async (frames: number, keeps: boolean | undefined) => {
    if (gate) await gate.promise
    if (delayMs > 0) await clock.sleep(delayMs)
    else await null
    if (!refusing || refusalsLeft-- <= 0) return
    if (!keeps) refusedByIntake += frames
    throw new IntakeRefused(refusing, `refused: ${refusing}`)
  }

  return {
    durable,
    noises,
    refusals,
    get refusedByIntake() {
      return refusedByIntake
    },
    losses,
    get reported() {
      return reported
    },
    states,
    get delivers() {
      return delivers
    },
    frames: () =>
      durable.flatMap(({ framing, bytes }) => {
        const spans = frameSpans(framing, bytes)
        return Array.from({ length: spans.length / 2 }, (_, i) =>
          decoder.decode(bytes.subarray(spans[2 * i], spans[2 * i + 1])),
        )
      }),
    hold() {
      gate ??= Promise.withResolvers()
    },
    release() {
      gate?.resolve()
      gate = undefined
    },
    refuse(refusal, times = Number.POSITIVE_INFINITY) {
      refusing = refusal
      refusalsLeft = times
    },
    press(on) {
      pressed = on
    },
    async until(condition, ms = 30_000) {
      const end = performance.now() + ms
      while (!condition()) {
        if (performance.now() > end) throw new Error(`did not happen within ${ms} ms: ${condition}`)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },

    async deliver(deliveries, keeping) {
      delivers++
      let all = 0
      for (const { framing, bytes, frames } of deliveries) {
        const counted = countFrames(framing, bytes)
        if (counted !== frames) throw new Error(`counted ${frames} frames, but ${framing} splits into ${counted}`)
        all += frames
      }
      await sync(all, keeping?.keeps)
      durable.push(...deliveries)
    },
    async noise(bytes, keeping) {
      await sync(1, keeping?.keeps)
      noises.push(decoder.decode(bytes))
    },
    refused: (frames, cause, source) => refusals.push({ frames, cause, source }),
    lost(loss) {
      const { cause, from } = loss
      const before = losses.findIndex((other) => from !== undefined && other.cause === cause && other.from === from)
      if (before >= 0) losses.splice(before, 1)
      losses.push(loss)
    },
    facts: (facts) => {
      reported = facts
    },
    pressure: () => pressed,
    status: (state, detail) => states.push({ state, detail }),
    clock,
    log: silentLog,
  }
}
