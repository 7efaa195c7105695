/**
 * Gathers what arrives together into one delivery, so that one sync covers it: while one delivery is on its way the next gathers.
 * Promises settle in the order of adding, each after the sync that covers it.
 *
 * When intake refuses: `reject` tells the sender (MQTT disconnects), and every frame so refused is counted, once for each telling;
 * `retry` keeps the bytes and tries again until they are accepted (TCP, serial, UDP: nobody would send them again), and counts what
 * it keeps only when it gives up, once. Keeping is bounded by whoever adds, by `bytes`.
 */
import { retryDelayMs } from '../lib/retry.ts'
import { type Delivery, IntakeRefused, type SourceContext } from './source.ts'

export interface DeliveryQueue {
  /** Resolves when durable. Rejects with what `deliver` rejected with. An empty list takes its turn in the order. */
  add(deliveries: readonly Delivery[]): Promise<void>
  /** Bytes no framer could use; kept and tried again as the frames are. Resolves when durable, in no order with them. */
  noise(bytes: Uint8Array): Promise<void>
  /** Added and not yet durable. */
  readonly bytes: number
  /** Intake takes nothing just now: who can pause its sender does so. */
  readonly refusing: boolean
  /** Resolves when nothing is on its way. */
  settled(): Promise<void>
}

export interface DeliveryQueueOptions {
  readonly onRefused: 'reject' | 'retry'
  /** After it nothing is retried. */
  readonly signal: AbortSignal
}

/** One delivery holds at most this much, or one added item if that is larger. */
const batchBytesMax = 4 * 1024 * 1024
const batchItemsMax = 8_192
const refusedSchedule = { firstMs: 50, capMs: 1_000 }

interface Item {
  readonly deliveries: readonly Delivery[]
  readonly bytes: number
  resolve(): void
  reject(fault: unknown): void
}

export function createDeliveryQueue(context: SourceContext, options: DeliveryQueueOptions): DeliveryQueue {
  const { onRefused, signal } = options
  let items: Item[] = []
  let bytes = 0
  let draining: Promise<void> | undefined
  const noises = new Set<Promise<unknown>>()
  const keeps = onRefused === 'retry'
  let refusing = false

  async function drain(): Promise<void> {
    // A turn of the loop, so that everything this one reads goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (items.length > 0) {
      const batch = takeBatch()
      const fault = await deliver(batch.flatMap((item) => item.deliveries))
      for (const item of batch) {
        bytes -= item.bytes
        if (fault === undefined) item.resolve()
        else item.reject(fault)
      }
    }
    draining = undefined
  }

  function takeBatch(): Item[] {
    let size = 0
    let count = 0
    for (const item of items) {
      size += item.bytes
      if (count > 0 && size > batchBytesMax) break
      if (++count === batchItemsMax) break
    }
    const batch = items.slice(0, count)
    items = items.slice(count)
    return batch
  }

  const deliver = async (deliveries: readonly Delivery[]): Promise<unknown> => {
    if (deliveries.length === 0) return undefined
    const fault = await untilTaken(() => context.deliver(deliveries, { keeps }))
    if (fault !== undefined && keeps) for (const { frames, source } of deliveries) giveUp(frames, fault, source)
    return fault
  }

  /** The fault that intake would not get over, or undefined. */
  async function untilTaken(attemptOnce: () => Promise<void>): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        await attemptOnce()
        if (attempt > 0) {
          refusing = false
          context.log.info('intake accepts again')
        }
        return undefined
      } catch (fault) {
        if (!keeps || signal.aborted || !(fault instanceof IntakeRefused) || fault.refusal === 'too-large') return fault
        refusing = true
        if (attempt === 0)
          context.log.warn('intake refuses; the bytes are kept and tried again', { reason: fault.message })
        // An aborted sleep ends early: the loop looks at the signal.
        await context.clock.sleep(retryDelayMs(attempt, refusedSchedule), signal).catch(() => {})
      }
    }
  }

  const giveUp = (frames: number, fault: unknown, source?: string) =>
    context.refused(frames, fault instanceof IntakeRefused ? fault.refusal : 'journal', source)

  return {
    add(deliveries) {
      const size = deliveries.reduce((sum, delivery) => sum + delivery.bytes.length, 0)
      bytes += size
      return new Promise((resolve, reject) => {
        items.push({ deliveries, bytes: size, resolve, reject })
        draining ??= drain()
      })
    },
    async noise(noise) {
      bytes += noise.length
      const done = untilTaken(() => context.noise(noise, { keeps }))
      noises.add(done)
      const fault = await done
      noises.delete(done)
      bytes -= noise.length
      if (fault === undefined) return
      if (keeps) giveUp(1, fault)
      throw fault
    },
    get bytes() {
      return bytes
    },
    get refusing() {
      return refusing
    },
    async settled() {
      while (draining ?? noises.size > 0) await Promise.all([draining, ...noises])
    },
  }
}
