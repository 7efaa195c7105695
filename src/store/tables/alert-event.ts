import {
  type AlertEventKind,
  type AlertSeverity,
  type AlertSubjectKind,
  alertEvents,
  alertSeverities,
  alertSubjects,
} from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, prose, text, whole, whole32 } from '../column.ts'
import { keep, table } from '../table.ts'

/** What happened to alerts, in the commit of what caused it: the outbox that notifications follow by (rev, part). */
export const alertEvent = table('alert_event', {
  key: { rev: whole, part: whole32 },
  merge: {
    alert: keep({ ...text(64), name: 'alert_id' as const }),
    event: keep({ ...listed<AlertEventKind>(alertEvents), name: 'kind' as const }),
    at: keep({ ...instant, name: 'time' as const }),
    author: keep(orNull(text(128))),
    text: keep({ ...prose, name: 'about' as const }),
    severity: keep(listed<AlertSeverity>(alertSeverities)),
    rule: keep({ ...text(64), name: 'rule_id' as const }),
    title: keep(text(200)),
    site: keep(text(128)),
    subjectKind: keep(listed<AlertSubjectKind>(alertSubjects)),
    subject: keep(text(400)),
    channels: keep(text(512)),
  },
  indexes: { alert_event_alert: ['alert_id', 'rev', 'part'], alert_event_time: ['time'] },
  hasRowid: true,
  since: 21,
})
