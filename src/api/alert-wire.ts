/** Alerts and their rules on the wire. */
import type { NewRule, RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import type { Alert, AlertEventOnWire } from '@baykeeper/contract/alerts.ts'
import { watchedQuantities } from '@baykeeper/contract/vocabulary.ts'
import type { RuleInUse } from '../domain/alerts/alert-engine.ts'
import type { AlertRule, Watch } from '../domain/alerts/rule.ts'
import { own } from '../domain/alerts/rules/own.ts'
import { watchOf } from '../domain/alerts/rules-in-use.ts'
import { type MeasureKey, measureOf, measures } from '../domain/measures.ts'
import type { Instant } from '../lib/brand.ts'
import type { AlertEventRow, AlertRow, AlertRuleRow } from '../store/store.ts'
import { iso } from './wire.ts'

const isoOrNull = (at: Instant | null) => (at === null ? null : iso(at))

export const alertOnWire = (row: AlertRow): Alert => ({
  ...{ id: row.id, rule: row.rule, kind: row.kind, severity: row.severity, title: row.title, text: row.text },
  ...{ state: row.state, is_active: row.cleared === null, subject: row.subjectKind, subject_id: row.subject },
  ...{ site: row.site || null, level: row.level || null, zone: row.zone || null },
  ...{ value: row.value, limit: row.limit, unit: row.unit, raised: iso(row.raised), cleared: isoOrNull(row.cleared) },
  ...{ acknowledged: isoOrNull(row.acknowledged), acknowledged_by: row.acknowledgedBy, owner: row.owner },
  ...{ shelved_until: isoOrNull(row.shelvedUntil), closed: isoOrNull(row.closed), root: row.root },
  ...{ children: row.children, times: row.times, is_resolvable: row.isResolvable },
})

export const alertEventOnWire = ({ event, at, author, text }: AlertEventRow): AlertEventOnWire => ({
  ...{ event, at: iso(at), author, text },
})

/** Of what is checked by the schema. */
export function ruleFromWire(id: string, body: NewRule): AlertRule {
  const { kind, enabled, severity, title, next, channels, scope, schedule, threshold, watch } = body
  return {
    ...{ id, kind, enabled, severity, title: title.trim(), next: next.trimEnd(), channels, scope, schedule, threshold },
    ...{ onDelayS: body.on_delay_s, offDelayS: body.off_delay_s, clearAt: body.clear_at },
    watch: watch && watchFromWire(watch),
  }
}

function watchFromWire({ quantity, is, places, state, measure }: NonNullable<NewRule['watch']>): Watch {
  const key = measures.find(({ name }) => name === measure)?.key
  return { quantity, is, ...(places ? { places } : {}), ...(state ? { state } : {}), ...(key ? { measure: key } : {}) }
}

function watchOnWire({ quantity, is, places, state, measure }: Watch): NonNullable<RuleOnWire['watch']> {
  return {
    ...{ quantity, is },
    ...(places ? { places } : {}),
    ...(state ? { state } : {}),
    ...(measure ? { measure: measureOf(measure as MeasureKey).name } : {}),
  }
}

export function ruleOnWire(used: RuleInUse, row: AlertRuleRow | undefined, open: number): RuleOnWire {
  const { rule, declared } = used
  const watch = watchOf(used)
  const isOwn = declared.kind === own.kind
  const of = watch && watchedQuantities[watch.quantity]
  return {
    ...{ id: rule.id, kind: rule.kind, enabled: rule.enabled, severity: rule.severity, title: rule.title },
    ...{ next: rule.next, channels: [...rule.channels], scope: listsOf(rule) },
    schedule: rule.schedule.map(({ days, from, to }) => ({ days: [...days], from, to })),
    ...{ on_delay_s: rule.onDelayS, off_delay_s: rule.offDelayS, threshold: rule.threshold, clear_at: rule.clearAt },
    watch: watch && watchOnWire(watch),
    ...{ is_built_in: !isOwn, is_changed: row?.body != null, about: declared.about },
    unit:
      isOwn && watch?.quantity === 'measure' && watch.measure
        ? measureOf(watch.measure).unit
        : isOwn
          ? (of?.unit ?? '')
          : declared.unit,
    subject: isOwn ? (of?.of ?? declared.subject) : declared.subject,
    ...{ holds_back: [...(declared.holdsBack ?? [])], is_resolvable: declared.isResolvable === true, open },
    ...{ author: row?.author ?? null, changed: row ? iso(row.at) : null, reason: row?.reason ?? '' },
  }
}

const listsOf = ({ scope }: AlertRule): RuleOnWire['scope'] => ({
  ...{ sites: [...scope.sites], levels: [...scope.levels], zones: [...scope.zones], types: [...scope.types] },
  ...{ devices: [...scope.devices], sources: [...scope.sources] },
})
