/**
 * Gathers what arrives together into one delivery, so that one sync covers it: while one delivery is on its way the next gathers.
 * Promises settle in the order of adding, each after the sync that covers it.
 *
 * When intake refuses: `reject` notifies the sender (MQTT disconnects), and every refused frame is counted, once for each refusal;
 * `retry` keeps the bytes and tries again until they are accepted (TCP, serial, UDP: no sender would repeat them), and counts what
 * it keeps only when it gives up, once. The caller of `add` bounds what is kept, by `bytes` or `held`.
 *
 * What is added with a head that does not fit is refused alone, in its turn: the others of its delivery are journaled.
 */
import { headFits, headTooLong } from '../domain/uplink.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { type Delivery, IntakeRefused, type SourceContext } from './source.ts'

export interface DeliveryQueue {
  /** Resolves when durable. Rejects with what `deliver` rejected with. An empty list takes its turn in the order. */
  add(deliveries: readonly Delivery[]): Promise<void>
  /** Bytes no framer could use; kept and tried again as the frames are. Resolves when durable, in no order with them. */
  noise(bytes: Uint8Array): Promise<void>
  /** Added and not yet durable. */
  readonly bytes: number
  /** As `bytes`, with what each delivery takes beside them: a limit for those that may be empty. */
  readonly held: number
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
/** In memory, of one delivery without its bytes and its meta. */
export const shareBytes = 512
const refusedSchedule = { firstMs: 50, capMs: 1_000 }

interface Weighed {
  readonly deliveries: readonly Delivery[]
  readonly bytes: number
  readonly share: number
  /** Nothing of it goes to intake. */
  readonly refused: IntakeRefused | undefined
}

interface Item extends Weighed {
  resolve(): void
  reject(fault: unknown): void
}

export function createDeliveryQueue(context: SourceContext, options: DeliveryQueueOptions): DeliveryQueue {
  const { onRefused, signal } = options
  const items: Item[] = []
  let bytes = 0
  let shares = 0
  let draining: Promise<void> | undefined
  const noises = new Set<Promise<unknown>>()
  const keeps = onRefused === 'retry'
  let refusing = false

  async function drain(): Promise<void> {
    // A turn of the loop, so that everything this one reads goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (items.length > 0) {
      const batch = items.splice(0, batchLength(items))
      const fault = await deliver(batch.flatMap((item) => item.deliveries))
      for (const item of batch) {
        bytes -= item.bytes
        shares -= item.share
        const reason = item.refused ?? fault
        if (reason === undefined) item.resolve()
        else item.reject(reason)
      }
    }
    draining = undefined
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
      const weighed = weigh(deliveries)
      // Counted here in both modes: intake does not see it.
      if (weighed.refused) for (const { frames, source } of deliveries) giveUp(frames, weighed.refused, source)
      bytes += weighed.bytes
      shares += weighed.share
      return new Promise((resolve, reject) => {
        items.push({ ...weighed, resolve, reject })
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
    get held() {
      return bytes + shares
    },
    get refusing() {
      return refusing
    },
    async settled() {
      while (draining ?? noises.size > 0) await Promise.all([draining, ...noises])
    },
  }
}

/** How many of them go together. */
function batchLength(items: readonly Item[]): number {
  let size = 0
  let count = 0
  for (const item of items) {
    size += item.bytes
    if (count > 0 && size > batchBytesMax) break
    if (++count === batchItemsMax) break
  }
  return count
}

function weigh(deliveries: readonly Delivery[]): Weighed {
  if (!deliveries.every(headFits))
    return { deliveries: [], bytes: 0, share: 0, refused: new IntakeRefused('too-large', headTooLong) }
  let bytes = 0
  let share = 0
  for (const delivery of deliveries) {
    bytes += delivery.bytes.length
    share += shareOf(delivery)
  }
  return { deliveries, bytes, share, refused: undefined }
}

function shareOf({ meta }: Delivery): number {
  let share = shareBytes
  for (const name in meta ?? {}) share += (meta?.[name] ?? '').length
  return share
}
