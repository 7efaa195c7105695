/** Deliveries and channels as the API shows them, read from `notify.db`. Addresses of people are not part of it. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type {
  ChannelHealth,
  ChannelKind,
  Delivery,
  DeliveryHold,
  DeliveryQuery,
  DeliveryState,
} from '@baykeeper/contract/notifications.ts'
import { type AlertSeverity, alertSeverities } from '@baykeeper/contract/vocabulary.ts'
import type { NotifiedEvent } from './delivery.ts'

interface Row {
  readonly id: number
  readonly key: string
  readonly channel: string
  readonly alert: string
  readonly severity: number
  readonly body: string
  readonly state: DeliveryState
  readonly hold: DeliveryHold
  readonly message: string | null
  readonly attempts: number
  readonly next_at: number
  readonly created_at: number
  readonly finished_at: number | null
  readonly last_error: string
  readonly is_unmade: number
}

const isUnmade = `(d.state = 'pending' and d.is_report = 1 and exists (select 1 from report r where r.key = d.key and r.made_at is null))`
const iso = (at: number) => new Date(at).toISOString()

/** Newest first; one more than the limit when there is a next page. */
export function listDeliveries(db: DatabaseSync, { state, channel, alert, before, limit }: DeliveryQuery): Delivery[] {
  const terms: [string, SQLInputValue | undefined][] = [
    ['state = ?', state],
    ['channel = ?', channel],
    ['alert = ?', alert],
    ['id < ?', before],
  ]
  const used = terms.filter(([, value]) => value !== undefined)
  const where = used.length === 0 ? '' : `where ${used.map(([term]) => term).join(' and ')}`
  const rows = db
    .prepare(`select d.*, ${isUnmade} as is_unmade from delivery d ${where} order by id desc limit ?`)
    .all(...used.map(([, value]) => value as SQLInputValue), limit + 1) as unknown as Row[]
  return rows.map(deliveryOf)
}

function deliveryOf(row: Row): Delivery {
  const { event, title, site, at } = JSON.parse(row.body) as NotifiedEvent & Pick<Delivery, 'event'>
  const { id, key, channel, alert, state, message, attempts, last_error } = row
  const hold = row.is_unmade === 1 ? 'making' : row.hold
  return {
    ...{ id, key, channel, alert, event, severity: alertSeverities[row.severity] ?? 'info', title, site },
    ...{ state, hold, attempts, at: iso(at), created: iso(row.created_at) },
    next: state === 'pending' ? iso(row.next_at) : null,
    finished: row.finished_at === null ? null : iso(row.finished_at),
    ...{ message, last_error },
  }
}

export interface ShownChannel {
  readonly name: string
  readonly kind: ChannelKind
  readonly target: string
  readonly severity: AlertSeverity
  readonly pausedUntil: number | undefined
}

export function channelHealth(db: DatabaseSync, channels: readonly ShownChannel[]): ChannelHealth[] {
  const counts = db
    .prepare(
      `select channel, state, count(*) as n, sum(hold <> 'none') as held, max(finished_at) as last
       from delivery group by channel, state`,
    )
    .all() as unknown as { channel: string; state: DeliveryState; n: number; held: number; last: number | null }[]
  const newestFault = db.prepare(
    `select last_error, coalesce(finished_at, started_at) as at from delivery
     where channel = ? and last_error <> '' and state <> 'sent' order by coalesce(finished_at, started_at) desc limit 1`,
  )
  return channels.map(({ pausedUntil, ...channel }) => {
    const of = (...states: DeliveryState[]) =>
      counts.filter((one) => one.channel === channel.name && states.includes(one.state))
    const sum = (rows: readonly { n: number }[]) => rows.reduce((total, { n }) => total + n, 0)
    const waiting = of('pending', 'sending')
    const sent = of('sent')
    const lastSent = sent[0]?.last ?? null
    const fault = newestFault.get(channel.name) as { last_error: string; at: number | null } | undefined
    const isNews = fault && (lastSent === null || (fault.at ?? 0) >= lastSent)
    return {
      ...channel,
      pending: sum(waiting),
      held: waiting.reduce((total, { held }) => total + held, 0),
      dead: sum(of('dead')),
      sent: sum(sent),
      last_sent: lastSent === null ? null : iso(lastSent),
      last_error: isNews ? fault.last_error : '',
      last_error_at: isNews && fault.at !== null ? iso(fault.at) : null,
      paused_until: pausedUntil === undefined ? null : iso(pausedUntil),
    }
  })
}
