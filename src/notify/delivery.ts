/**
 * States of a delivery: one event of an alert, or one report, on its way to one channel.
 *
 *   pending ──take──▶ sending ──sent──▶ sent
 *      ▲                 │
 *      └────failed───────┼──refused for good, or failed for longer than a day──▶ dead
 *      └────────────────── retry by a person ──────────────────────────────────────┘
 *
 * - pending: waits for its time. It may become part of one message with other deliveries (message-groups.ts).
 * - sending: its message is on the way. A process that ends then leaves it so; the next one sends the same message with the same key.
 * - sent: the receiver has accepted it.
 * - dead: it is not sent unless a person asks for it.
 */
import type { DeliveryHold } from '@baykeeper/contract/notifications.ts'
import type { AlertEventKind, AlertSeverity } from '@baykeeper/contract/vocabulary.ts'
import { type RetrySchedule, retryDelayMs } from '../lib/retry.ts'
import { minuteMs } from '../lib/utc-day.ts'

/** What is known after one attempt. */
export type Outcome =
  | { readonly is: 'sent'; readonly detail: string /** What was not reached all the same. */; readonly note?: string }
  | {
      readonly is: 'failed'
      /** One sentence: what happened, where. */
      readonly detail: string
      /** No later attempt can succeed. */
      readonly permanent: boolean
      /** The receiver may have the message: the next attempt must carry the same events under the same key. */
      readonly reached: boolean
      /** No message to this target can succeed now. */
      readonly unreachable: boolean
      readonly retryAfterMs?: number | undefined
      /** Of the answer, by SMTP or HTTP. */
      readonly code?: number | undefined
    }

export interface NewDelivery {
  readonly key: string
  readonly channel: string
  readonly hold: DeliveryHold
  /** Not before, milliseconds since 1970. */
  readonly due: number
  /** Why it is dead at once: there is no such channel. */
  readonly dead?: string
}

/** What a message carries of an event, as it is stored with the delivery. */
export interface NotifiedEvent {
  readonly alert: string
  /** Of a test: `test`. Of a report that is sent: `report`. */
  readonly event: AlertEventKind | 'test' | 'report'
  readonly at: number
  readonly author: string
  readonly comment: string
  readonly severity: AlertSeverity
  readonly rule: string
  readonly site: string
  readonly title: string
  readonly text: string
  /** Once the report is made. */
  readonly report?: ReportContent
}

/** What a message states about its report, beside the file. */
export interface ReportContent {
  readonly kind: string
  readonly place: string
  readonly site: string | null
  readonly type: string | null
  /** Local days of the place; `to` exclusive. */
  readonly from: string
  readonly to: string
  readonly timeZone: string
  readonly compare: string
  /** Share of bays x time whose state was known; null: there was no bay. */
  readonly coverage: number | null
  readonly notes: readonly string[]
  readonly due: number
  /** By the zone of its schedule. */
  readonly dueZone: string
  readonly isAsked: boolean
  readonly isLate: boolean
  readonly file: ReportFileFacts
}

export interface ReportFileFacts {
  readonly name: string
  readonly type: string
  /** Null: more than may be sent. */
  readonly bytes: number | null
}

/** One attempt is about one message: a delivery, or several that are sent as one. */
export interface TakenMessage {
  readonly key: string
  readonly channel: string
  readonly kind: MessageKind
  readonly attempt: number
  /** An earlier attempt may have been received. */
  readonly isFixed: boolean
  /** By age; at most `eventsShownMax` of the most severe ones. */
  readonly events: readonly NotifiedEvent[]
  /** All of them, those that are not shown too. */
  readonly count: number
  readonly beganAt: number
}

/** `alert`: one event. `summary`: several of one alert. `merged`: of several alerts, held back. `report`: a report with its file. */
export type MessageKind = 'alert' | 'summary' | 'merged' | 'digest' | 'test' | 'report'

export const eventsShownMax = 50
const hourMs = 60 * minuteMs
/** A failing delivery is given up after this. */
export const giveUpMs = 24 * hourMs
export const usualBackoff: RetrySchedule = { firstMs: 10_000, capMs: hourMs }
/** What a server may ask for with Retry-After. Timers of Node cannot wait for 25 days, and a delivery is given up after one. */
const retryAfterMsMax = 6 * hourMs
/** A target that cannot be reached is tried again at least this often. */
export const pauseMsMax = 15 * minuteMs

/** Until the next attempt. `attempts`: those that were made, at least 1. */
export function nextDelayMs(
  attempts: number,
  backoff: RetrySchedule,
  retryAfterMs?: number,
  random = Math.random,
): number {
  const own = Math.round(retryDelayMs(attempts - 1, backoff, random))
  return retryAfterMs === undefined ? own : Math.max(own, Math.min(retryAfterMs, retryAfterMsMax))
}
