/** Events of alerts that are to be written: notifications follow them. */
import type { AlertEventKind } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { type AlertEventRow, noChannel, type StoredAlerts } from './alert-rows.ts'
import { isCovered, type Slot } from './slot.ts'

export interface EventDetail {
  readonly at: number
  readonly author?: string | undefined
  readonly text?: string | undefined
  /** True: no channel is notified; absent: none where a state covers the alert. */
  readonly isQuiet?: boolean
}

/** Numbers events by the record that caused them: so they do not depend on where batches are cut. */
export function createOutbox({ eventRev, eventPart }: Pick<StoredAlerts, 'eventRev' | 'eventPart'>) {
  let rev = eventRev
  let part = eventPart + 1
  let events: AlertEventRow[] = []
  return {
    position(pos: number) {
      // A frame that is decoded again has the position of long ago: its events come behind the newest ones.
      if (pos <= rev) return
      rev = pos
      part = 0
    },
    note: (event: Omit<AlertEventRow, 'rev' | 'part'>) => void events.push({ rev, part: part++, ...event }),
    add(slot: Slot, event: AlertEventKind, { at, author, text, isQuiet }: EventDetail) {
      const { alert, subject } = slot
      if (!alert) return
      events.push({
        ...{ rev, part: part++, alert: alert.id, event, at: instant(at) as Instant, author: author ?? null },
        ...{ text: text ?? alert.text, severity: alert.severity, rule: slot.rule, title: alert.title },
        ...{ site: subject.site, subjectKind: subject.kind, subject: subject.id },
        channels: (isQuiet ?? isCovered(alert)) ? noChannel : alert.channels,
      })
    },
    take() {
      const taken = events
      events = []
      return taken
    },
  }
}
