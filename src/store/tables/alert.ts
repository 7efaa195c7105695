import {
  type AlertSeverity,
  type AlertState,
  type AlertSubjectKind,
  alertSeverities,
  alertStates,
  alertSubjects,
} from '@baykeeper/contract/vocabulary.ts'
import { flag, instant, listed, orNull, prose, real, text, whole, whole32 } from '../column.ts'
import { keep, replace, table } from '../table.ts'

/** Each alert that there was, as its fold has it (domain/alerts/alert-rows.ts). */
export const alert = table('alert', {
  key: { id: text(64) },
  merge: {
    rule: keep({ ...text(64), name: 'rule_id' as const }),
    kind: keep(text(64)),
    severity: replace(listed<AlertSeverity>(alertSeverities)),
    title: replace(text(200)),
    text: replace({ ...prose, name: 'about' as const }),
    subjectKind: keep(listed<AlertSubjectKind>(alertSubjects)),
    subject: keep(text(400)),
    site: keep(text(128)),
    level: keep({ ...text(128), name: 'site_level' as const }),
    zone: keep(text(128)),
    state: replace(listed<AlertState>(alertStates)),
    raised: keep(instant),
    cleared: replace(orNull(instant)),
    acknowledged: replace(orNull(instant)),
    acknowledgedBy: replace(orNull(text(128))),
    owner: replace(orNull(text(128))),
    shelvedUntil: replace(orNull(instant)),
    root: replace(orNull({ ...text(64), name: 'root_id' as const })),
    children: replace(whole32),
    value: replace({ ...orNull(real), name: 'watched' as const }),
    limit: replace({ ...orNull(real), name: 'threshold' as const }),
    unit: replace(text(32)),
    times: replace(whole32),
    isResolvable: keep(flag),
    next: replace({ ...prose, name: 'next_steps' as const }),
    closed: replace(orNull(instant)),
    rev: replace(whole),
  },
  indexes: {
    alert_rev: ['rev'],
    alert_raised: ['raised', 'id'],
    alert_state: ['state', 'severity', 'raised', 'id'],
    alert_closed: ['closed'],
    alert_root: ['root_id', 'raised', 'id'],
    alert_subject: ['subject', 'raised', 'id'],
  },
  hasRowid: true,
  since: 21,
})
