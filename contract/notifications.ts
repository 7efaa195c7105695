/** Notifications: what was sent to whom about alerts, and how the channels are. Secrets and addresses of people are never part of it. */
import * as z from 'zod'
import { type AlertEventKind, alertEvents, alertSeverities } from './vocabulary.ts'

export const deliveryStates = ['pending', 'sending', 'sent', 'dead'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export const channelKinds = ['email', 'webhook', 'mqtt', 'ntfy'] as const
export type ChannelKind = (typeof channelKinds)[number]

/** Sent where a channel names none. */
export const usualNotifiedEvents = [
  ...(['raised', 'reopened', 'released', 'unshelved', 'in-service', 'cleared', 'acknowledged', 'resolved'] as const),
] as const satisfies readonly AlertEventKind[]

/** Why a delivery waits although its channel works. `making`: its report is made first. */
export const deliveryHolds = ['none', 'quiet-hours', 'digest', 'rate-limit', 'making'] as const
export type DeliveryHold = (typeof deliveryHolds)[number]

export const channelName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
  error: 'must be lower-case letters, digits, - and _ only, at most 63 of them',
})

export const deliverySchema = z
  .object({
    id: z.int(),
    key: z.string().describe('idempotency key: the same in every attempt'),
    channel: z.string(),
    alert: z.string().describe('id; of a report that is sent: `report:` and its schedule'),
    event: z.enum([...alertEvents, 'report']).describe('report: one that was due, or that a person asked for'),
    severity: z.enum(alertSeverities),
    title: z.string(),
    site: z.string(),
    state: z
      .enum(deliveryStates)
      .describe('dead: given up after 24 h, or refused for good. It is sent again only when a person asks for it'),
    hold: z.enum(deliveryHolds).describe('why it waits although the channel works'),
    attempts: z.int(),
    at: z.string().describe('ISO 8601: of the event'),
    created: z.string(),
    next: z.string().nullable().describe('of a pending one: not before'),
    finished: z.string().nullable(),
    message: z
      .string()
      .nullable()
      .describe('key of the message that carries it; several deliveries of one message are one summary'),
    last_error: z.string().describe('empty: none'),
  })
  .meta({
    examples: [
      {
        ...{ id: 812, key: '6f0f2c0f4b1f4fd1a0d7c1c1b5f0a3de', channel: 'duty', alert: 'a91c2f', event: 'raised' },
        ...{ severity: 'critical' as const, title: 'Gateway gw-3 offline', site: 'north', state: 'sent' as const },
        ...{ hold: 'none' as const, attempts: 2, at: '2026-11-23T08:00:00.000Z', created: '2026-11-23T08:00:00.310Z' },
        ...{ next: null, finished: '2026-11-23T08:00:09.870Z', message: '6f0f2c0f4b1f4fd1a0d7c1c1b5f0a3de' },
        last_error: 'The server at hooks.example.org answered 503.',
      },
    ],
  })
export type Delivery = z.infer<typeof deliverySchema>

export const channelHealthSchema = z
  .object({
    name: z.string(),
    kind: z.enum(channelKinds),
    target: z.string().describe('where it sends, without secrets'),
    severity: z.enum(alertSeverities).describe('least severity that it takes'),
    pending: z.int(),
    held: z.int().describe('of the pending: wait for the end of quiet hours, the digest or the rate limit'),
    dead: z.int().describe('given up or refused, and not sent again since'),
    sent: z.int(),
    last_sent: z.string().nullable(),
    last_error: z.string().describe('of the newest attempt that failed; empty when one has succeeded since'),
    last_error_at: z.string().nullable(),
    paused_until: z.string().nullable().describe('the target cannot be reached: next attempt'),
  })
  .meta({
    examples: [
      {
        ...{
          name: 'duty',
          kind: 'webhook' as const,
          target: 'https://hooks.example.org',
          severity: 'warning' as const,
        },
        ...{ pending: 0, held: 0, dead: 0, sent: 41, last_sent: '2026-11-23T08:00:09.870Z', last_error: '' },
        ...{ last_error_at: null, paused_until: null },
      },
    ],
  })
export type ChannelHealth = z.infer<typeof channelHealthSchema>

export const channelHealthListSchema = z
  .object({
    state: z.enum(['running', 'waiting', 'absent']).describe('absent: the notifier process does not run or report'),
    detail: z.string(),
    items: z.array(channelHealthSchema),
    next: z.null().optional().describe('they are answered whole'),
  })
  .meta({ examples: [{ state: 'running' as const, detail: 'All events are followed.', items: [], next: null }] })
export type ChannelHealthList = z.infer<typeof channelHealthListSchema>

export const testOutcomeSchema = z
  .object({
    channel: z.string(),
    sent: z.boolean(),
    detail: z.string().describe('what happened, in one sentence'),
    took_ms: z.number(),
  })
  .meta({ examples: [{ channel: 'duty', sent: true, detail: 'hooks.example.org answered 200.', took_ms: 84 }] })
export type TestOutcome = z.infer<typeof testOutcomeSchema>

export const retriedDeliverySchema = z
  .object({ id: z.int(), state: z.literal('pending') })
  .meta({ examples: [{ id: 812, state: 'pending' as const }] })

/** Deliveries that are asked for, newest first. */
export interface DeliveryQuery {
  readonly state?: DeliveryState | undefined
  readonly channel?: string | undefined
  readonly alert?: string | undefined
  /** Id of the last one of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}
