/** Simulated sensors at a steady rate, for trying a source: each reading is numbered, so that what is stored can be counted. */
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Sender } from './senders/sender.ts'
import type { WireReading } from './wire-reading.ts'

export interface SteadyOptions {
  readonly sender: Sender
  readonly sensors: number
  /** Readings a second, of all sensors together. */
  readonly rate: number
  readonly seconds: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number) => void) | undefined
  readonly clock?: Clock
}

const tickMs = 20

/** Resolves to the number of readings sent: `rate * seconds`, unless the sender could not keep up or the signal aborted. */
export async function runSteady(options: SteadyOptions): Promise<number> {
  const { sender, sensors, rate, seconds, signal, onProgress, clock = systemClock } = options
  const epoch = Math.floor(clock.now() / 1_000)
  const total = Math.round(rate * seconds)
  const started = clock.monotonic()
  let done = 0
  const next = (): WireReading => {
    const sensor = done % sensors
    const seq = Math.floor(done / sensors)
    done++
    return { device: `sim-${sensor}`, epoch, seq, time: clock.now(), occupied: (seq + sensor) % 2 === 0 }
  }
  while (done < total && !signal?.aborted) {
    const elapsedMs = clock.monotonic() - started
    // Twice the time it should take: the sender is too slow for the rate, and more waiting would only hide it.
    if (elapsedMs > 2_000 * seconds + 10_000) break
    const due = Math.min(total, Math.floor((elapsedMs * rate) / 1_000))
    while (done < due) {
      const batch: WireReading[] = []
      while (batch.length < sender.batchMax && done < due) batch.push(next())
      await sender.send(batch)
      onProgress?.(done)
    }
    // An aborted sleep ends early: the loop looks at the signal.
    if (done < total) await clock.sleep(tickMs, signal).catch(() => {})
  }
  return done
}
