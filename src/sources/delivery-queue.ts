/**
 * Gathers what arrives together into one delivery, so that one sync covers it: while one delivery is on its way the next gathers.
 * Promises settle in the order of adding, each after the sync that covers it.
 *
 * When intake refuses: `reject` tells the sender (MQTT disconnects), `retry` keeps the bytes and tries again until they are
 * accepted (TCP, serial, UDP: nobody would send them again). Keeping is bounded by whoever adds, by `bytes`.
 */
import { retryDelayMs } from '../lib/retry.ts'
import { type Delivery, IntakeRefused, type SourceContext } from './source.ts'

export interface DeliveryQueue {
  /** Resolves when durable. Rejects with what `deliver` rejected with. An empty list takes its turn in the order. */
  add(deliveries: readonly Delivery[]): Promise<void>
  /** Added and not yet durable. */
  readonly bytes: number
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

  /** The fault that intake would not get over, or undefined. */
  async function deliver(deliveries: readonly Delivery[]): Promise<unknown> {
    if (deliveries.length === 0) return undefined
    for (let attempt = 0; ; attempt++) {
      try {
        await context.deliver(deliveries)
        if (attempt > 0) context.log.info('intake accepts again')
        return undefined
      } catch (fault) {
        if (onRefused === 'reject' || signal.aborted || !(fault instanceof IntakeRefused)) return fault
        if (attempt === 0)
          context.log.warn('intake refuses; the bytes are kept and tried again', { reason: fault.message })
        await context.clock.sleep(retryDelayMs(attempt, refusedSchedule), signal).catch(() => {})
      }
    }
  }

  return {
    add(deliveries) {
      const size = deliveries.reduce((sum, delivery) => sum + delivery.bytes.length, 0)
      bytes += size
      return new Promise((resolve, reject) => {
        items.push({ deliveries, bytes: size, resolve, reject })
        draining ??= drain()
      })
    },
    get bytes() {
      return bytes
    },
    async settled() {
      while (draining) await draining
    },
  }
}
