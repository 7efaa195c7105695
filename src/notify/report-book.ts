/**
 * Reports that are sent, in `notify.db`: each is a delivery from the moment it is due. One key for each due time of a schedule, also across a kill:
 * the delivery and the place up to which due times were looked at are one transaction.
 *
 *   due ──▶ being made ──made──▶ waits for its channel (the states of deliveries, delivery.ts)
 */
import type { DatabaseSync } from 'node:sqlite'
import type { RetrySchedule } from '../lib/retry.ts'
import { shortHash } from './alert-event.ts'
import { type NotifiedEvent, nextDelayMs, type ReportContent } from './delivery.ts'
import { inTransaction } from './notify-database.ts'
import { severityRank } from './settings.ts'

export interface DueReport {
  readonly schedule: string
  readonly due: number
  readonly channel: string
  readonly author: string
  readonly name: string
  readonly site: string
  /** Why it cannot be sent at all. */
  readonly dead?: string | undefined
}

export interface ReportToMake {
  readonly key: string
  readonly schedule: string
  readonly due: number
  readonly isAsked: boolean
  readonly channel: string
}

export interface ReportBook {
  /** Due times up to here were looked at; those of a schedule that is new here count from the first start. */
  upto(schedule: string): number
  setUpto(schedule: string, upto: number): void
  /** Notes that it is due, and how far it was looked. */
  add(report: DueReport): void
  /** A person asks for it; undefined: another one that was asked for has not ended. */
  ask(report: DueReport): { readonly delivery: number; readonly key: string } | undefined
  /** The next one that is to be made now. */
  toMake(): ReportToMake | undefined
  /** When the next one is to be made; undefined: none. */
  nextMake(): number | undefined
  made(key: string, content: ReportContent, file: Uint8Array | undefined): void
  /** It is tried again, or given up. */
  notMade(key: string, reason: string, isFinal: boolean): void
  file(key: string): Uint8Array | undefined
  /** Bytes of all files. */
  fileBytes(): number
  /** Those that wait and of which no receiver can have seen anything. */
  waiting(): readonly { readonly schedule: string; readonly isAsked: boolean }[]
  /** Gives up what waits of a schedule, but not what was asked for unless it `isRemoved`. */
  cancel(schedule: string, reason: string, isRemoved: boolean): void
}

export const alertOf = (schedule: string): string => `report:${schedule}`

export function createReportBook(db: DatabaseSync, now: () => number, backoff: RetrySchedule): ReportBook {
  const first = firstStart(db, now())
  const upto = db.prepare('select upto from report_place where schedule = ?')
  const putUpto = db.prepare(
    'insert into report_place values (?, ?) on conflict (schedule) do update set upto = excluded.upto',
  )
  const insert = inserter(db, now)
  return {
    upto: (schedule) => (upto.get(schedule) as { upto: number } | undefined)?.upto ?? first,
    setUpto: (schedule, at) => void putUpto.run(schedule, at),
    add: (report) =>
      inTransaction(db, () => {
        putUpto.run(report.schedule, report.due)
        insert(report, shortHash(['report', report.schedule, String(report.due)]), false)
      }),
    ask: (report) =>
      inTransaction(db, () => {
        if (isAsked(db, report.schedule)) return undefined
        const key = shortHash(['report', report.schedule, String(report.due), 'asked'])
        const delivery = insert(report, key, true)
        return delivery === undefined ? undefined : { delivery, key }
      }),
    ...makingOf(db, now, backoff),
    ...endingOf(db, now),
  }
}

/** Nothing that was due before is sent. */
function firstStart(db: DatabaseSync, at: number): number {
  db.prepare("insert into state values ('reports-from', ?) on conflict do nothing").run(String(at))
  return Number((db.prepare("select value from state where name = 'reports-from'").get() as { value: string }).value)
}

/** Returns the id of the delivery; undefined when the key is known. */
function inserter(db: DatabaseSync, now: () => number) {
  const insert = db.prepare(
    `insert into delivery (key, channel, alert, severity, body, is_report, state, hold, next_at, began_at, created_at, finished_at, last_error)
     values (?, ?, ?, ?, ?, 1, ?, 'none', ?, ?, ?, ?, ?) on conflict do nothing`,
  )
  const note = db.prepare(
    'insert into report (key, schedule, due, is_asked) values (?, ?, ?, ?) on conflict do nothing',
  )
  return ({ schedule, due, channel, author, name, site, dead }: DueReport, key: string, asked: boolean) => {
    const at = now()
    const event: NotifiedEvent = {
      ...{ alert: alertOf(schedule), event: 'report', at: due, author, comment: '', severity: 'info', rule: '' },
      ...{ site, title: name, text: '' },
    }
    const [state, finished] = dead === undefined ? ['pending', null] : ['dead', at]
    const about = [key, channel, event.alert, severityRank(event.severity), JSON.stringify(event)]
    const { changes, lastInsertRowid } = insert.run(...about, state, at, at, at, finished, dead ?? '')
    if (changes === 0) return undefined
    note.run(key, schedule, due, asked ? 1 : 0)
    return Number(lastInsertRowid)
  }
}

const isAsked = (db: DatabaseSync, schedule: string): boolean =>
  db
    .prepare(
      `select 1 from report r join delivery d on d.key = r.key
       where r.schedule = ? and r.is_asked = 1 and d.state in ('pending', 'sending') limit 1`,
    )
    .get(schedule) !== undefined

type Making = Pick<ReportBook, 'toMake' | 'nextMake' | 'made' | 'notMade' | 'file' | 'fileBytes'>

function makingOf(db: DatabaseSync, now: () => number, backoff: RetrySchedule): Making {
  const unmade = `from report r join delivery d on d.key = r.key where d.state = 'pending' and r.made_at is null`
  const first = db.prepare(
    `select r.key, r.schedule, r.due, r.is_asked, d.channel ${unmade} and d.next_at <= ? order by d.next_at, d.id limit 1`,
  )
  const nextAt = db.prepare(`select min(d.next_at) as at ${unmade}`)
  const tried = db.prepare('update report set tries = tries + 1 where key = ? returning tries')
  return {
    toMake() {
      const found = first.get(now()) as ({ is_asked: number } & Omit<ReportToMake, 'isAsked'>) | undefined
      if (!found) return undefined
      const { is_asked, key, schedule, due, channel } = found
      return { key, schedule, due, channel, isAsked: is_asked === 1 }
    },
    nextMake: () => (nextAt.get() as { at: number | null }).at ?? undefined,
    made: (key, content, file) =>
      inTransaction(db, () => {
        const row = db.prepare('select body from delivery where key = ?').get(key) as { body: string }
        const event: NotifiedEvent = { ...(JSON.parse(row.body) as NotifiedEvent), report: content }
        db.prepare(`update delivery set body = ?, next_at = ?, last_error = '' where key = ?`).run(
          ...[JSON.stringify(event), now(), key],
        )
        db.prepare('update report set made_at = ?, file = ? where key = ?').run(now(), file ?? null, key)
      }),
    notMade: (key, reason, isFinal) =>
      inTransaction(db, () => {
        const { tries } = tried.get(key) as { tries: number }
        const next = now() + nextDelayMs(tries, backoff)
        db.prepare(
          `update delivery set state = ?, next_at = ?, finished_at = ?, last_error = ? where key = ? and state = 'pending'`,
        ).run(...(isFinal ? (['dead', 0, now()] as const) : (['pending', next, null] as const)), reason, key)
      }),
    file: (key) =>
      (db.prepare('select file from report where key = ?').get(key) as { file: Uint8Array | null })?.file ?? undefined,
    fileBytes: () => (db.prepare('select coalesce(sum(length(file)), 0) as n from report').get() as { n: number }).n,
  }
}

function endingOf(db: DatabaseSync, now: () => number): Pick<ReportBook, 'waiting' | 'cancel'> {
  const unseen = `d.state = 'pending' and d.message is null`
  return {
    waiting: () =>
      (
        db
          .prepare(`select r.schedule, r.is_asked from report r join delivery d on d.key = r.key where ${unseen}`)
          .all() as { schedule: string; is_asked: number }[]
      ).map(({ schedule, is_asked }) => ({ schedule, isAsked: is_asked === 1 })),
    cancel: (schedule, reason, isRemoved) =>
      inTransaction(db, () => {
        const keys = `select key from report where schedule = ? ${isRemoved ? '' : 'and is_asked = 0'}`
        db.prepare(
          `update delivery as d set state = 'dead', finished_at = ?, last_error = ? where ${unseen} and d.key in (${keys})`,
        ).run(now(), reason, schedule)
        forgetReports(db)
      }),
  }
}

/** It was sent or given up. Its file goes; sent again by a person it is made again. */
export const endReport = (db: DatabaseSync, key: string): void =>
  void db.prepare('update report set file = null where key = ?').run(key)

/** Files of what has ended, and reports whose deliveries are forgotten. */
export function forgetReports(db: DatabaseSync): void {
  db.exec(`update report set file = null where file is not null
    and key not in (select key from delivery where is_report = 1 and state in ('pending', 'sending'))`)
  db.exec('delete from report where key not in (select key from delivery where is_report = 1)')
}
