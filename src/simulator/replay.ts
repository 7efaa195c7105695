/**
 * Plays transitions through a sender at a multiple of real time. Order is kept: a batch goes out when the one before it is
 * taken, so the readings of a bay arrive in the order of their numbers.
 */
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Sender } from './senders/sender.ts'
import type { WireReading } from './wire-reading.ts'

export interface ReplayOptions {
  readonly sender: Sender
  /** Times real time; `Infinity` as fast as the sender takes them. */
  readonly speed: number
  /**
   * `now`: the first transition is now, the others keep their distance; an epoch is sent so that a second replay is no repeat of
   * the first.
   */
  readonly time: 'original' | 'now'
  readonly signal?: AbortSignal | undefined
  /** Called with the number of stays done, after each batch. */
  readonly onProgress?: ((done: number) => void) | undefined
  readonly clock?: Clock
}

/** Transitions closer than this go out together. */
const togetherMs = 20

/** Resolves to the number of transitions sent. */
export async function replay(transitions: AsyncIterable<WireReading>, options: ReplayOptions): Promise<number> {
  const { sender, speed, time, signal, onProgress, clock = systemClock } = options
  const startedAt = clock.now()
  const started = clock.monotonic()
  const epoch = Math.floor(startedAt / 1_000)
  let first: number | undefined
  let batch: WireReading[] = []
  let done = 0
  const flush = async () => {
    if (batch.length === 0) return
    const full = batch
    batch = []
    await sender.send(full)
    done += full.length
    onProgress?.(done)
  }
  for await (const transition of transitions) {
    signal?.throwIfAborted()
    first ??= transition.time
    const waitMs = () => started + (transition.time - (first as number)) / speed - clock.monotonic()
    if (waitMs() > togetherMs) {
      await flush()
      const left = waitMs()
      if (left > 0) await clock.sleep(left, signal)
    }
    batch.push(time === 'original' ? transition : { ...transition, epoch, time: transition.time - first + startedAt })
    if (batch.length >= sender.batchMax) await flush()
  }
  await flush()
  return done
}
