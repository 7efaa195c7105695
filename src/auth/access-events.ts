/**
 * What was done about access: users, keys, sign-ins. Noted in `auth.db` together with the change, and published to the journal from there, so that no
 * change of a user is missing in the audit log, also when it was made by a command while no server ran.
 */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { AccessAction } from '@baykeeper/contract/vocabulary.ts'
import type { Clock } from '../lib/clock.ts'
import type { Actor } from './people.ts'

export interface AccessEvent {
  readonly action: AccessAction
  /** `user a@example.org`, `api key board`. */
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

export interface NotedEvent extends AccessEvent {
  readonly id: string
  readonly at: number
  readonly by: Actor
}

/** Without a server that publishes them the oldest go: as many as a year of changes by hand. */
const eventsMax = 10_000

export function noteEvent(db: DatabaseSync, clock: Pick<Clock, 'now'>, by: Actor, event: AccessEvent): void {
  const noted: NotedEvent = { id: randomUUID(), at: clock.now(), by, ...event }
  db.prepare('INSERT INTO event (json) VALUES (?)').run(JSON.stringify(noted))
  db.prepare('DELETE FROM event WHERE number <= (SELECT max(number) FROM event) - ?').run(eventsMax)
}

/** The oldest that was not published. */
export function nextEvent(db: DatabaseSync): { readonly number: number; readonly event: NotedEvent } | undefined {
  const row = db.prepare('SELECT number, json FROM event ORDER BY number LIMIT 1').get()
  return row && { number: Number(row['number']), event: JSON.parse(String(row['json'])) as NotedEvent }
}

export function dropEvent(db: DatabaseSync, number: number): void {
  db.prepare('DELETE FROM event WHERE number = ?').run(number)
}

/** How many wait to be published. */
export const waitingEvents = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT count(*) AS n FROM event').get()?.['n'])
