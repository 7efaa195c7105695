/** Events of alerts as notifications follow them: rows that were stored in the commit of the reading, or of the action, that caused them. */
import { createHash } from 'node:crypto'
import type { AlertEventKind, AlertSeverity } from '@baykeeper/contract/vocabulary.ts'
import type { OutageRule } from './outage-event.ts'

/** Where an event is in the feed: record of the journal, and index within what that record caused. */
export interface FeedPlace {
  readonly rev: number
  readonly part: number
}

export interface AlertEvent extends FeedPlace {
  readonly alert: string
  readonly event: AlertEventKind
  /** Milliseconds since 1970. */
  readonly at: number
  readonly author: string
  readonly comment: string
  readonly severity: AlertSeverity
  readonly rule: string
  /** Empty: it concerns the system. */
  readonly site: string
  readonly title: string
  readonly text: string
  /** It is held back by design (shelved, below a root, chattering): no channel is notified. */
  readonly isQuiet: boolean
  /** Channels that the rule names, beside those that ask for its events. */
  readonly channels: readonly string[]
}

export interface EventFeed {
  /** At most `limit` events behind this place, ascending. Throws while the database is away. */
  after(place: FeedPlace, limit: number): Promise<readonly AlertEvent[]>
  /** Place of the newest event; zeros when there is none. */
  end(): Promise<FeedPlace>
  /** The rule of outages of the database, as it is in effect. Absent: as it is built in. */
  outageRule?(): Promise<OutageRule | undefined>
}

/** The same for the same event in every database that was built from the same journal: it holds nothing that a rebuild may change. */
export const eventId = ({ alert, event, at, author, comment }: AlertEvent): string =>
  shortHash([alert, event, String(at), author, comment])

/** Events that concern one receiver: they go to the channels that they name, each as a separate message. */
export const isPersonal = ({ event }: { readonly event: string }): boolean => event === 'wait-met'

/** 128 bits as hexadecimal. Parts are kept apart by their lengths. */
export const shortHash = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
