/** A `SourceContext` that keeps counts and no bytes: for runs too long to remember everything. */
import type { SourceState } from '@baykeeper/contract/vocabulary.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { countFrames, frameSpans } from '../../src/lib/frames.ts'
import { silentLog } from '../../src/lib/log.ts'
import { type Delivery, IntakeRefused, type SourceContext, type SourceLoss } from '../../src/sources/source.ts'

export interface SinkContext extends SourceContext {
  /** `bytes`: of frames and noise, line ends included. */
  readonly counts: { frames: number; noises: number; refused: number; bytes: number }
  readonly losses: readonly SourceLoss[]
  readonly states: readonly { readonly state: SourceState; readonly detail: string | undefined }[]
  /** Intake refuses while this is true. */
  refusing: boolean
}

export interface SinkOptions {
  /** Called with every frame that became durable. */
  readonly onFrame?: (text: string, delivery: Delivery) => void
  readonly onNoise?: (bytes: Uint8Array) => void
  readonly clock?: Clock
}

/** So that a long run remembers no more of a source than this. */
const keptMax = 10_000

export function createSinkContext({ onFrame, onNoise, clock = systemClock }: SinkOptions = {}): SinkContext {
  const counts = { frames: 0, noises: 0, refused: 0, bytes: 0 }
  const losses: SourceLoss[] = []
  const states: { state: SourceState; detail: string | undefined }[] = []
  const decoder = new TextDecoder()
  const sink: SinkContext = {
    counts,
    losses,
    states,
    refusing: false,
    async deliver(deliveries) {
      for (const { framing, bytes, frames } of deliveries)
        if (countFrames(framing, bytes) !== frames) throw new Error(`${frames} frames were counted and are not there`)
      // A turn of the loop: durable is never at once.
      await new Promise((resolve) => setImmediate(resolve))
      if (sink.refusing) throw new IntakeRefused('journal', 'refused by the fault')
      for (const delivery of deliveries) {
        counts.frames += delivery.frames
        counts.bytes += delivery.bytes.length
        if (!onFrame) continue
        const spans = frameSpans(delivery.framing, delivery.bytes)
        for (let i = 0; i < spans.length; i += 2)
          onFrame(decoder.decode(delivery.bytes.subarray(spans[i], spans[i + 1])), delivery)
      }
    },
    async noise(bytes) {
      await new Promise((resolve) => setImmediate(resolve))
      if (sink.refusing) throw new IntakeRefused('journal', 'refused by the fault')
      counts.noises++
      counts.bytes += bytes.length
      onNoise?.(bytes)
    },
    refused(frames) {
      counts.refused += frames
    },
    lost(loss) {
      const before = losses.findIndex(
        (other) => other.cause === loss.cause && loss.from !== undefined && other.from === loss.from,
      )
      if (before >= 0) losses.splice(before, 1)
      losses.push(loss)
      if (losses.length > keptMax) losses.shift()
    },
    facts: () => {},
    pressure: () => false,
    status(state, detail) {
      states.push({ state, detail })
      if (states.length > keptMax) states.shift()
    },
    clock,
    log: silentLog,
  }
  return sink
}

/** Runs a source until the returned function is called, which waits for it to end. */
export function runFor(
  run: (signal: AbortSignal, context: SourceContext) => Promise<void>,
  context: SourceContext,
): () => Promise<void> {
  const stopper = new AbortController()
  const running = run(stopper.signal, context)
  // Reported by the later await.
  running.catch(() => {})
  return () => {
    stopper.abort()
    return running
  }
}
