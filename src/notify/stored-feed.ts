/** The events of alerts in the database: rows of the table `alert_event`, written in the commit of what caused them. */
import type { AlertEventKind, AlertSeverity } from '@baykeeper/contract/vocabulary.ts'
import { type AlertRuleRow, noChannel, ruleFrom } from '../domain/alerts/alert-rows.ts'
import { databaseOutage } from '../domain/alerts/rules/database-outage.ts'
import type { AlertEvent, EventFeed, FeedPlace } from './alert-event.ts'
import { outageRule } from './outage-event.ts'

/** The part of the store that is followed. */
export interface StoredEvents {
  alertEvents(after: FeedPlace, limit: number): Promise<readonly StoredEvent[]>
  newestAlertEvent(): Promise<FeedPlace | undefined>
  alertRules(): Promise<readonly AlertRuleRow[]>
}

interface StoredEvent extends FeedPlace {
  readonly alert: string
  readonly event: AlertEventKind
  readonly at: number
  readonly author: string | null
  /** Of an action: the comment of its author. Of an alert: what is wrong, and what to do. */
  readonly text: string
  readonly severity: AlertSeverity
  readonly rule: string
  readonly site: string
  readonly title: string
  /** Names, joined by a comma; `-`: no channel is notified, also not by its severity. */
  readonly channels: string
}

export const storedFeed = (store: StoredEvents): EventFeed => ({
  after: async (place, limit) => (await store.alertEvents(place, limit)).map(eventOf),
  end: async () => (await store.newestAlertEvent()) ?? { rev: 0, part: 0 },
  async outageRule() {
    const written = (await store.alertRules()).find(({ id }) => id === outageRule)
    return (written && ruleFrom(written)) ?? databaseOutage.defaults
  },
})

/** Nothing is followed. */
export const silentFeed: EventFeed = { after: async () => [], end: async () => ({ rev: 0, part: 0 }) }

function eventOf({ channels, author, text, ...row }: StoredEvent): AlertEvent {
  const isAction = author !== null
  return {
    ...{ rev: row.rev, part: row.part, alert: row.alert, event: row.event, at: row.at, severity: row.severity },
    ...{ rule: row.rule, site: row.site, title: row.title, author: author ?? '' },
    comment: isAction ? text : '',
    text: isAction ? '' : text,
    isQuiet: channels === noChannel,
    channels: channels === noChannel ? [] : channels.split(',').filter((name) => name !== ''),
  }
}
