/** Deliveries in `notify.db`: from events to rows, from rows to messages, and what became of each. Its states are in delivery.ts. */
import type { DatabaseSync } from 'node:sqlite'
import type { RetrySchedule } from '../lib/retry.ts'
import { type AlertEvent, eventId, type FeedPlace, isPersonal, shortHash } from './alert-event.ts'
import { forgetWritten } from './contact-book.ts'
import {
  eventsShownMax,
  giveUpMs,
  type NewDelivery,
  type NotifiedEvent,
  nextDelayMs,
  type Outcome,
  pauseMsMax,
  type TakenMessage,
  usualBackoff,
} from './delivery.ts'
import { isMade, nothingEarlier, takenRows } from './message-groups.ts'
import { inTransaction } from './notify-database.ts'
import { endReport, forgetReports } from './report-book.ts'
import { severityRank } from './settings.ts'

type Route = (event: AlertEvent) => readonly Omit<NewDelivery, 'key'>[]

export interface DeliveryBook {
  /** Where events were followed up to; undefined before the first start. */
  place(): FeedPlace | undefined
  setPlace(place: FeedPlace): void
  /** Takes events over, with their place, in one transaction. Returns the channels that have something to send. */
  follow(events: readonly AlertEvent[], route: Route, saw?: (event: AlertEvent) => void): Set<string>
  /** Takes over an event that is not in the feed yet, and makes no second delivery when it comes. */
  announce(event: AlertEvent, route: Route): Set<string>
  /** What a process left in the state sending is pending again, under its key. */
  recover(): void
  /** Gives up what waits for a channel that is none of these. Returns how many. */
  abandon(channels: readonly string[]): number
  /** Next message of the channel, which is sending from now on; undefined when none is due. */
  take(channel: string, limits: TakeLimits): TakenMessage | undefined
  /** Returns the deliveries that are dead by this. */
  finish(message: TakenMessage, outcome: Outcome): number
  /** The target answers again: what waits because it could not be reached is due. */
  wake(channel: string): void
  /** When the next delivery of the channel is due that waits for no earlier one of its alert; undefined: none is pending. */
  nextDue(channel: string): number | undefined
  /** Gives up what is older than a day, and removes what was finished long ago. Returns how many were given up. */
  sweep(): number
  /** False when it is not dead. */
  retry(id: number): boolean
}

export interface TakeLimits {
  /** Messages that may be begun in the time of `rateMs`; critical ones twice as many. */
  readonly rate: number
  readonly rateMs: number
  /** Only critical deliveries that were never tried: the target could not be reached a moment ago. */
  readonly isPaused: boolean
}

/** Of one channel. What comes beyond is dead at once, which is visible: the events themselves stay in the history of alerts. */
export const pendingMax = 10_000
/** Finished deliveries and events are remembered so long: an event of that time is never sent twice. */
const rememberMs = 30 * 24 * 3_600_000
const finishedMax = 100_000
/** Reports are remembered so many times as long: the newest one of a month is shown beside its schedule. */
const reportTimes = 3
/** A wait may be met in its last moment, and its message takes a while. */
const contactGraceMs = giveUpMs

export function createDeliveryBook(db: DatabaseSync, now: () => number, backoff = usualBackoff): DeliveryBook {
  const getState = db.prepare('select value from state where name = ?')
  const putState = db.prepare('insert into state values (?, ?) on conflict (name) do update set value = excluded.value')
  const putPlace = ({ rev, part }: FeedPlace) => putState.run('place', JSON.stringify({ rev, part }))
  const takeOver = eventTaker(db, now)
  return {
    place() {
      const found = getState.get('place') as { value: string } | undefined
      return found && (JSON.parse(found.value) as FeedPlace)
    },
    setPlace: putPlace,
    announce: (event, route) => inTransaction(db, () => new Set(takeOver(event, route, roomOf(db)))),
    follow: (events, route, saw) =>
      inTransaction(db, () => {
        const woken = new Set<string>()
        const room = roomOf(db)
        for (const event of events) {
          saw?.(event)
          for (const channel of takeOver(event, route, room)) woken.add(channel)
        }
        const last = events.at(-1)
        if (last) putPlace(last)
        return woken
      }),
    recover: () => void db.exec(`update delivery set state = 'pending', next_at = 0 where state = 'sending'`),
    abandon: (channels) => abandon(db, channels, now()),
    take: (channel, limits) => inTransaction(db, () => take(db, channel, now(), limits)),
    finish: finisher(db, now, backoff),
    wake: (channel) =>
      void db
        .prepare(
          `update delivery set next_at = ? where channel = ? and state = 'pending' and hold = 'none' and message is null and next_at > ?`,
        )
        .run(now(), channel, now()),
    nextDue(channel) {
      const found = db
        .prepare(
          `select next_at from delivery d where channel = ? and state = 'pending' and (message is not null or ${isMade} and ${nothingEarlier})
           order by next_at limit 1`,
        )
        .get(channel) as { next_at: number } | undefined
      return found?.next_at
    },
    sweep() {
      const { givenUp, expired } = inTransaction(db, () => sweep(db, now()))
      if (expired > 0) forgetWritten(db)
      return givenUp
    },
    retry: (id) => retry(db, id, now()),
  }
}

/** A message is made of what is due. */
function take(db: DatabaseSync, channel: string, at: number, limits: TakeLimits): TakenMessage | undefined {
  const taken = takenRows(db, channel, at, limits)
  if (!taken) return undefined
  const { rows, key, kind } = taken
  const begin = db.prepare(
    `update delivery set state = 'sending', message = ?, attempts = ?, started_at = coalesce(started_at, ?) where id = ?`,
  )
  const attempt = Math.max(...rows.map(({ attempts }) => attempts)) + 1
  for (const { id } of rows) begin.run(key, attempt, at, id)
  return {
    key,
    channel,
    kind,
    attempt,
    isFixed: rows[0]?.message !== null,
    ...shownEvents(rows),
    beganAt: Math.min(...rows.map((row) => row.began_at)),
  }
}

/** Returns the deliveries that are dead by an outcome. */
function finisher(db: DatabaseSync, now: () => number, backoff: RetrySchedule) {
  const updateMessage = db.prepare(
    `update delivery set state = ?, next_at = ?, finished_at = ?, last_error = ?, message = ? where message = ? and state = 'sending'`,
  )
  return (message: TakenMessage, outcome: Outcome): number => {
    const at = now()
    if (outcome.is === 'sent') {
      updateMessage.run('sent', 0, at, outcome.note ?? '', message.key, message.key)
      if (message.kind === 'report') endReport(db, message.key)
      return 0
    }
    const delay = nextDelayMs(message.attempt, backoff, outcome.retryAfterMs)
    const next = at + (outcome.unreachable ? Math.min(delay, pauseMsMax) : delay)
    if (outcome.permanent || at - message.beganAt >= giveUpMs) {
      const detail = outcome.permanent ? outcome.detail : `Given up after a day. ${outcome.detail}`
      const { changes } = updateMessage.run('dead', 0, at, detail, message.key, message.key)
      if (message.kind === 'report') endReport(db, message.key)
      return Number(changes)
    }
    // No attempt has reached the receiver: it may still become one message with what comes meanwhile.
    const key = outcome.reached || message.isFixed ? message.key : null
    updateMessage.run('pending', next, null, outcome.detail, key, message.key)
    return 0
  }
}

/** False when it is not dead. */
function retry(db: DatabaseSync, id: number, at: number): boolean {
  const row = db.prepare(`select message, is_report from delivery where id = ? and state = 'dead'`).get(id) as
    | { message: string | null; is_report: number }
    | undefined
  if (!row) return false
  // Its file is gone: it is made again, of the same days.
  if (row.is_report === 1) {
    db.prepare('update report set made_at = null, tries = 0 where key = (select key from delivery where id = ?)').run(
      id,
    )
    db.prepare('update delivery set message = null where id = ?').run(id)
    row.message = null
  }
  // A message that was sent as one is sent again as one, under its key.
  const chosen = row.message === null ? 'id = ?' : 'message = ?'
  const again = `update delivery set state = 'pending', hold = 'none', attempts = 0, next_at = ?, began_at = ?, finished_at = null where ${chosen} and state = 'dead'`
  db.prepare(again).run(at, at, row.message ?? id)
  return true
}

interface Room {
  /** Takes a place among the deliveries of the channel that wait; false when there is none. */
  isTaken(channel: string): boolean
}

/** For one transaction: the deliveries of each channel are counted once. */
function roomOf(db: DatabaseSync): Room {
  const waiting = db.prepare(`select count(*) as n from delivery where channel = ? and state in ('pending', 'sending')`)
  const counts = new Map<string, number>()
  return {
    isTaken(channel) {
      const count = counts.getOrInsertComputed(channel, () => (waiting.get(channel) as { n: number }).n)
      if (count >= pendingMax) return false
      counts.set(channel, count + 1)
      return true
    },
  }
}

/** Returns the channels of the deliveries that an event made. An event that is known makes none. */
function eventTaker(db: DatabaseSync, now: () => number) {
  const see = db.prepare('insert into seen values (?, ?) on conflict do nothing')
  const insert = db.prepare(
    `insert into delivery (key, channel, alert, severity, body, is_personal, state, hold, next_at, began_at, created_at, finished_at, last_error)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  )
  return (event: AlertEvent, route: Route, room: Room): string[] => {
    const id = eventId(event)
    const at = now()
    // What is forgotten by now was seen before: a database that is built again brings it a second time.
    if (event.at < at - rememberMs || see.run(id, event.at).changes === 0) return []
    const isOld = event.at < at - giveUpMs
    const body = JSON.stringify(bodyOf(event))
    return route(event).flatMap(({ channel, hold, due, dead }) => {
      const fault =
        dead ??
        (isOld ? 'The event was older than a day when it was followed, and is not sent.' : undefined) ??
        (room.isTaken(channel) ? undefined : `${pendingMax} deliveries of this channel waited already.`)
      const [state, finished] = fault === undefined ? ['pending', null] : ['dead', at]
      const key = shortHash([id, channel])
      const about = [key, channel, event.alert, severityRank(event.severity), body, isPersonal(event) ? 1 : 0]
      insert.run(...about, state, hold, due, Math.max(due, at), at, finished, fault ?? '')
      return fault === undefined ? [channel] : []
    })
  }
}

function bodyOf({ alert, event, at, author, comment, severity, rule, site, title, text }: AlertEvent): NotifiedEvent {
  return { alert, event, at, author, comment, severity, rule, site, title, text }
}

function abandon(db: DatabaseSync, channels: readonly string[], at: number): number {
  const marks = channels.map(() => '?').join()
  const left = db
    .prepare(
      `update delivery set state = 'dead', finished_at = ?, last_error = 'The channel is not configured any more.'
       where state = 'pending' and channel not in (${marks})`,
    )
    .run(at, ...channels)
  return Number(left.changes)
}

/** Rows are by age; of many, the most severe ones are shown. */
function shownEvents(rows: readonly { body: string; severity: number; id: number }[]) {
  const chosen = [...rows].sort((a, b) => a.severity - b.severity || a.id - b.id).slice(0, eventsShownMax)
  const events = chosen.sort((a, b) => a.id - b.id).map(({ body }) => JSON.parse(body) as NotifiedEvent)
  return { events, count: rows.length }
}

function sweep(db: DatabaseSync, at: number): { givenUp: number; expired: number } {
  const givenUp = db
    .prepare(
      `update delivery set state = 'dead', finished_at = ?, last_error = 'Given up after a day. ' || last_error
       where state = 'pending' and began_at < ?`,
    )
    .run(at, at - giveUpMs)
  db.prepare(
    `delete from delivery where state in ('sent', 'dead') and finished_at < ? - ? * (case is_report when 1 then ${reportTimes} else 1 end)`,
  ).run(at, rememberMs)
  db.prepare(`delete from delivery where state in ('sent', 'dead') and id <= (select max(id) from delivery) - ?`).run(
    finishedMax,
  )
  db.prepare('delete from seen where at < ?').run(at - rememberMs)
  forgetReports(db)
  const expired = db
    .prepare("update contact set address = '' where until < ? and address <> ''")
    .run(at - contactGraceMs)
  db.prepare('delete from contact where until < ?').run(at - rememberMs)
  return { givenUp: Number(givenUp.changes), expired: Number(expired.changes) }
}
