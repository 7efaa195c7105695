/**
 * Sends the deliveries of one channel: a few messages at once, each bounded in time, and none waits for another channel. A target that
 * cannot be reached pauses the channel, so that a backlog is not tried message by message.
 */
import type { Log } from '../lib/log.ts'
import type { RetrySchedule } from '../lib/retry.ts'
import { type Channel, failed } from './channels/channel.ts'
import { nextDelayMs, type Outcome, pauseMsMax, type TakenMessage } from './delivery.ts'
import type { DeliveryBook } from './delivery-book.ts'
import type { OutgoingMessage } from './message.ts'

export interface ChannelLoopOptions {
  readonly name: string
  readonly channel: Channel
  readonly book: DeliveryBook
  readonly backoff: RetrySchedule
  readonly concurrency: number
  readonly rate: { readonly messages: number; readonly minutes: number }
  /** Or why there is none that could be sent, in a sentence. */
  message(taken: TakenMessage): OutgoingMessage | string
  readonly now: () => number
  readonly log: Log
  /** It was sent, or given up. */
  onFinished?(taken: TakenMessage): void
}

export interface ChannelLoop {
  /** There may be something to send. */
  wake(): void
  /** Of the newest attempt. */
  readonly pausedUntil: number | undefined
  /** Resolves when no attempt is under way. */
  idle(): Promise<void>
  /** `stopping`: no attempt is begun any more. `ending`: those that are under way are cut off. */
  start(stopping: AbortSignal, ending: AbortSignal): void
}

/** Deliveries become due by the wall clock, which may be set: it is looked at least this often. */
const sleepMsMax = 30_000
const sleepMsMin = 20

export function createChannelLoop(options: ChannelLoopOptions): ChannelLoop {
  const { name, book, now } = options
  const underWay = new Set<Promise<void>>()
  let signals: { readonly stopping: AbortSignal; readonly ending: AbortSignal } | undefined
  let timer: NodeJS.Timeout | undefined
  const pause = createPause(options)

  function pump() {
    clearTimeout(timer)
    if (!signals || signals.stopping.aborted) return
    const { ending } = signals
    while (underWay.size < options.concurrency) {
      const isPaused = pause.until !== undefined && now() < pause.until
      const taken = book.take(name, { rate: options.rate.messages, rateMs: options.rate.minutes * 60_000, isPaused })
      if (!taken) break
      const work: Promise<void> = attempt(options, pause, taken, ending).finally(() => {
        underWay.delete(work)
        pump()
      })
      underWay.add(work)
    }
    timer = setTimeout(pump, untilNext())
  }

  function untilNext(): number {
    // The end of an attempt makes room, and looks again.
    if (underWay.size >= options.concurrency) return sleepMsMax
    const due = book.nextDue(name) ?? Number.POSITIVE_INFINITY
    const at = Math.max(due, pause.until ?? 0)
    return Math.min(sleepMsMax, Math.max(at - now(), sleepMsMin) || sleepMsMin)
  }

  return {
    wake: pump,
    get pausedUntil() {
      return pause.until !== undefined && pause.until > now() ? pause.until : undefined
    },
    idle: async () => void (await Promise.allSettled(underWay)),
    start(stopping, ending) {
      signals = { stopping, ending }
      stopping.addEventListener('abort', () => clearTimeout(timer), { once: true })
      pump()
    },
  }
}

interface Pause {
  /** Nothing but critical deliveries is begun before it; undefined: the target was reached. */
  readonly until: number | undefined
  judge(outcome: Outcome, isPersonal: boolean): void
}

function createPause({ name, book, now, backoff }: ChannelLoopOptions): Pause {
  let failures = 0
  let until: number | undefined
  return {
    get until() {
      return until
    },
    /** An address that a person gave shows nothing about the target of the channel. */
    judge(outcome, isPersonal) {
      if (outcome.is === 'failed' && outcome.unreachable) {
        if (isPersonal) return
        failures++
        until = now() + Math.min(nextDelayMs(failures, backoff), pauseMsMax)
      } else {
        if (failures > 0) book.wake(name)
        failures = 0
        until = undefined
      }
    },
  }
}

async function attempt(
  options: ChannelLoopOptions,
  pause: Pause,
  taken: TakenMessage,
  ending: AbortSignal,
): Promise<void> {
  const { name, book, log } = options
  const message = options.message(taken)
  const outcome =
    typeof message === 'string' ? failed(message, { permanent: true }) : await outcomeOf(options, message, ending)
  // An attempt that was cut off keeps its state: the next process sends it again under its key.
  if (ending.aborted && outcome.is === 'failed') return
  const dead = book.finish(taken, outcome)
  if (outcome.is === 'failed')
    log.warn('a notification was not sent', { channel: name, attempt: taken.attempt, reason: outcome.detail })
  if (dead > 0)
    log.error('notifications were given up', {
      channel: name,
      count: dead,
      reason: outcome.is === 'failed' ? outcome.detail : '',
    })
  if (outcome.is === 'sent' || dead > 0) options.onFinished?.(taken)
  pause.judge(outcome, typeof message !== 'string' && message.address !== undefined)
}

/** Servers repeat the address of a person in their answers, and it is logged and stored nowhere: of these the code alone is kept. */
async function outcomeOf(
  { name, channel, log }: ChannelLoopOptions,
  message: OutgoingMessage,
  ending: AbortSignal,
): Promise<Outcome> {
  const isPersonal = message.address !== undefined
  const outcome = await channel
    .send(message, ending)
    .catch((error: unknown) => brokenSender(name, log, error, isPersonal))
  if (!isPersonal || outcome.is === 'sent') return outcome
  const code = outcome.code === undefined ? '' : ` (${outcome.code})`
  return { ...outcome, detail: `The message was not accepted for the address of the person${code}.` }
}

function brokenSender(name: string, log: Log, error: unknown, isPersonal: boolean): Outcome {
  log.error('a channel failed unexpectedly', { channel: name, ...(isPersonal ? {} : { error }) })
  return {
    is: 'failed',
    detail: `The channel failed: ${(error as Error).message}.`,
    permanent: false,
    reached: true,
    unreachable: false,
  }
}
