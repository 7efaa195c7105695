/**
 * Which deliveries become the next message of a channel.
 *
 * - A message that a receiver may have seen is fixed: its deliveries go out again together, under the same key.
 * - Deliveries of one alert go out in the order of their events. Those that wait together are one summary.
 * - A report is a separate message, and waits until it is made.
 * - What was held back (quiet hours, digest, rate limit) goes out as one message when its time has come.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DeliveryHold } from '@baykeeper/contract/notifications.ts'
import { shortHash } from './alert-event.ts'
import type { MessageKind } from './delivery.ts'
import type { TakeLimits } from './delivery-book.ts'

export interface DeliveryRow {
  readonly id: number
  readonly key: string
  readonly alert: string
  readonly severity: number
  readonly body: string
  readonly hold: DeliveryHold
  readonly message: string | null
  readonly attempts: number
  readonly began_at: number
  readonly is_report: number
}

export interface TakenRows {
  readonly rows: readonly DeliveryRow[]
  readonly key: string
  readonly kind: MessageKind
}

const columns = 'd.id, d.key, d.alert, d.severity, d.body, d.hold, d.message, d.attempts, d.began_at, d.is_report'
/** An earlier event of the alert that cannot be part of this message: it is on its way, or fixed. */
export const nothingEarlier = `not exists (select 1 from delivery e where e.channel = d.channel and e.alert = d.alert and e.id < d.id
  and (e.state = 'sending' or e.state = 'pending' and e.message is not null))`
/** A report that is not made yet cannot be sent. */
export const isMade = `(d.is_report = 0 or exists (select 1 from report r where r.key = d.key and r.made_at is not null))`
/** In one message; what is beyond is a second one. */
const groupMax = 5_000

export function takenRows(db: DatabaseSync, channel: string, now: number, limits: TakeLimits): TakenRows | undefined {
  const fixed = limits.isPaused ? undefined : fixedMessage(db, channel, now)
  if (fixed) return fixed
  holdBack(db, channel, now, limits)
  const critical = limits.isPaused ? 'and d.severity = 0 and d.attempts = 0' : ''
  const head = db
    .prepare(
      `select ${columns} from delivery d where d.channel = ? and d.state = 'pending' and d.message is null and d.next_at <= ?
       ${critical} and ${isMade} and ${nothingEarlier} order by d.severity, d.next_at, d.id limit 1`,
    )
    .get(channel, now) as DeliveryRow | undefined
  if (!head) return undefined
  if (head.is_report === 1) return { rows: [head], kind: 'report', key: head.key }
  const rows = head.hold === 'none' ? ofAlert(db, channel, head) : held(db, channel, head.hold, now)
  const isOneAlert = rows.every(({ alert }) => alert === head.alert)
  const kind: MessageKind =
    head.hold === 'digest' ? 'digest' : !isOneAlert ? 'merged' : rows.length > 1 ? 'summary' : 'alert'
  return { rows, kind, key: messageKey(rows) }
}

/** Of one delivery its own key, so that the event has one key after every fault. */
const messageKey = (rows: readonly DeliveryRow[]): string =>
  rows.length === 1 ? (rows[0] as DeliveryRow).key : shortHash(rows.map(({ key }) => key).sort())

function fixedMessage(db: DatabaseSync, channel: string, now: number): TakenRows | undefined {
  const first = db
    .prepare(
      `select message from delivery d where channel = ? and state = 'pending' and message is not null and next_at <= ?
       order by severity, next_at, id limit 1`,
    )
    .get(channel, now) as { message: string } | undefined
  if (!first) return undefined
  const rows = db
    .prepare(`select ${columns} from delivery d where d.message = ? and d.state = 'pending' order by d.id`)
    .all(first.message) as unknown as DeliveryRow[]
  if (rows.some((row) => row.is_report === 1)) return { rows, kind: 'report', key: first.message }
  const alerts = new Set(rows.map(({ alert }) => alert))
  const isDigest = rows.every(({ hold }) => hold === 'digest')
  const kind = isDigest ? 'digest' : alerts.size > 1 ? 'merged' : rows.length > 1 ? 'summary' : 'alert'
  return { rows, kind, key: first.message }
}

/** All that waits of the alert, what is held back too: its events keep their order. */
function ofAlert(db: DatabaseSync, channel: string, head: DeliveryRow): readonly DeliveryRow[] {
  return db
    .prepare(
      `select ${columns} from delivery d where d.channel = ? and d.alert = ? and d.state = 'pending' and d.message is null and d.is_report = 0
       order by d.id limit ?`,
    )
    .all(channel, head.alert, groupMax) as unknown as DeliveryRow[]
}

function held(db: DatabaseSync, channel: string, hold: DeliveryHold, now: number): readonly DeliveryRow[] {
  return db
    .prepare(
      `select ${columns} from delivery d where d.channel = ? and d.state = 'pending' and d.message is null and d.hold = ? and d.is_report = 0
       and d.next_at <= ? and ${nothingEarlier} order by d.id limit ?`,
    )
    .all(channel, hold, now, groupMax) as unknown as DeliveryRow[]
}

/** Above the rate, what is due waits for the next time at which a message may begin. */
function holdBack(db: DatabaseSync, channel: string, now: number, { rate, rateMs }: TakeLimits): void {
  const begun = db
    .prepare(
      'select count(distinct message) as n, min(started_at) as oldest from delivery where channel = ? and started_at > ?',
    )
    .get(channel, now - rateMs) as { n: number; oldest: number | null }
  if (begun.n < rate || begun.oldest === null) return
  // Critical ones pass twice as many.
  const least = begun.n < 2 * rate ? 1 : 0
  db.prepare(
    `update delivery set hold = case hold when 'digest' then 'digest' else 'rate-limit' end, next_at = ?
     where channel = ? and state = 'pending' and message is null and is_personal = 0 and severity >= ? and next_at <= ?`,
  ).run(begun.oldest + rateMs + 1, channel, least, now)
}
