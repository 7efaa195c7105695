/**
 * What a person changes, beside layouts (layout-publication.ts): one record of the journal, kind `desk`. It is in effect for every frame
 * behind it and for none before it. Encoded as an uplink of source `desk` with JSON, so that author and time are read as those of a frame.
 */
import {
  type AlertAction,
  type AlertSeverity,
  alertActions,
  alertSeverities,
  type BayType,
  bayTypes,
  type SettableState,
  type SignMode,
  settableStates,
  signModes,
} from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import { type AlertRule, isRule } from './alerts/rule.ts'
import type { ZoneName } from './layout.ts'
import { authorCharsMax, commentCharsMax, deskSource, storedText } from './layout-publication.ts'
import { codecIdForm, isPublishedCodec, type PublishedCodec } from './published-codec.ts'
import { isReportSchedule, type ReportSchedule } from './report-schedule.ts'
import { isSign, type Sign } from './sign.ts'
import { decodeUplink, encodeUplink } from './uplink.ts'

const codec = 'change'

/** The state that a person sets for these bays: it outranks every sensor until it ends. */
export interface BayOverride {
  readonly is: 'override'
  /** Unique: given by who writes it. */
  readonly id: string
  readonly bays: readonly string[]
  /** `unknown` is no override: it is the state of a bay without a report. */
  readonly state: SettableState
  /** Planned ahead: when it begins. Absent: with its record. */
  readonly from?: Instant
  /** When it expires; null: it stays until a person ends it. */
  readonly until: Instant | null
  /** Bays that are taken out of service for one occasion are shown as one thing, by this name. */
  readonly occasion?: string
}

export interface OverrideEnd {
  readonly is: 'override-end'
  readonly id: string
}

/** A person has counted the vehicles in a count zone. */
export interface Recount {
  readonly is: 'recount'
  /** Unique over all zones: given by who writes it. */
  readonly id: string
  readonly site: string
  readonly zone: ZoneName
  readonly vehicles: number
}

/** A rule that raises alerts, from now on. */
export interface RuleChange {
  readonly is: 'rule'
  /** Unique: given by who writes it. */
  readonly request: string
  readonly id: string
  /** Null: it is removed; a built-in one has its defaults again. */
  readonly rule: AlertRule | null
}

/** What a person does with alerts. */
export interface AlertChange {
  readonly is: 'alert'
  readonly request: string
  readonly alerts: readonly string[]
  readonly action: AlertAction
  /** Of `shelve`. */
  readonly until: Instant | null
  /** Of `assign`; null: no person. */
  readonly owner: string | null
}

/** A person raises an alert. */
export interface AlertMade {
  readonly is: 'alert-made'
  readonly request: string
  readonly title: string
  readonly severity: AlertSeverity
  readonly site: string | null
  readonly bay: string | null
  readonly text: string
}

/** A person waits for a bay. Without the address of the person: the journal is kept. */
export interface WaitBegin {
  readonly is: 'wait'
  /** Unique: given by who writes it. */
  readonly id: string
  readonly site: string
  /** Null: anywhere. */
  readonly level: string | null
  readonly zone: string | null
  readonly type: BayType | null
  /** Name of the channel of notifications. */
  readonly channel: string
  readonly until: Instant
}

export interface WaitEnd {
  readonly is: 'wait-end'
  readonly id: string
}

/** A sign is set up, changed, or removed. */
export interface SignChange {
  readonly is: 'sign'
  readonly id: string
  /** Null: it is removed. */
  readonly sign: Sign | null
}

/** A person decides what a sign shows. */
export interface SignModeChange {
  readonly is: 'sign-mode'
  readonly id: string
  readonly mode: SignMode
  /** When it is `auto` again; null: until a person changes it. */
  readonly until: Instant | null
}

/** A report is sent again and again, in another way, or no more. */
export interface ReportScheduleChange {
  readonly is: 'report-schedule'
  /** Unique: given by who writes it. */
  readonly request: string
  readonly id: string
  /** Null: it is removed. */
  readonly schedule: ReportSchedule | null
}

/** A vendor's script is published, in a new version, or withdrawn. */
export interface CodecChange {
  readonly is: 'codec'
  /** Unique: given by who writes it. */
  readonly request: string
  readonly id: string
  /** Null: it is withdrawn. */
  readonly codec: PublishedCodec | null
}

export type DeskChange =
  | BayOverride
  | OverrideEnd
  | Recount
  | RuleChange
  | AlertChange
  | AlertMade
  | WaitBegin
  | WaitEnd
  | SignChange
  | SignModeChange
  | ReportScheduleChange
  | CodecChange

export interface DeskEntry {
  readonly author: string
  /** In the author's words; empty when none was given. */
  readonly reason: string
  readonly at: Instant
  readonly change: DeskChange
}

export const encodeDeskEntry = ({ author, reason, at, change }: DeskEntry): Uint8Array => {
  const bytes = Buffer.from(JSON.stringify(change))
  return encodeUplink({ source: deskSource, codec, framing: 'whole', arrivedAt: at, meta: { author, reason }, bytes })
}

/** `undefined` when the record is no change of this kind, or one of a later release. */
export function decodeDeskEntry(record: Uint8Array): DeskEntry | undefined {
  const uplink = decodeUplink(record)
  if (uplink?.source !== deskSource || uplink.codec !== codec || !Number.isSafeInteger(uplink.arrivedAt))
    return undefined
  const change = changeOf(Buffer.from(uplink.bytes).toString())
  if (!change) return undefined
  const { arrivedAt: at, meta } = uplink
  const author = storedText(meta?.['author'], authorCharsMax) || 'unknown'
  return { author, reason: storedText(meta?.['reason'], commentCharsMax), at, change }
}

function changeOf(json: string): DeskChange | undefined {
  try {
    const change = JSON.parse(json) as DeskChange
    return Object.hasOwn(isWhole, change.is) && isWhole[change.is](change as never) ? change : undefined
  } catch {
    // Not JSON: the caller reports that the record cannot be read.
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

const isWhole: { readonly [K in DeskChange['is']]: (change: Extract<DeskChange, { is: K }>) => boolean } = {
  override: ({ id, bays, state, from, until, occasion }) =>
    isText(id) &&
    (occasion === undefined || isText(occasion)) &&
    Array.isArray(bays) &&
    bays.every(isText) &&
    (settableStates as readonly unknown[]).includes(state) &&
    (from === undefined || Number.isSafeInteger(from)) &&
    (until === null || Number.isSafeInteger(until)),
  'override-end': ({ id }) => isText(id),
  wait: ({ id, site, level, zone, type, channel, until }) =>
    [id, site, channel].every(isText) &&
    [level, zone].every((name) => name === null || isText(name)) &&
    (type === null || (bayTypes as readonly unknown[]).includes(type)) &&
    Number.isSafeInteger(until),
  'wait-end': ({ id }) => isText(id),
  rule: ({ request, id, rule }) => isText(request) && isText(id) && (rule === null || (isRule(rule) && rule.id === id)),
  alert: ({ request, alerts, action, until, owner }) =>
    isText(request) &&
    Array.isArray(alerts) &&
    alerts.every(isText) &&
    (alertActions as readonly unknown[]).includes(action) &&
    (until === null || Number.isSafeInteger(until)) &&
    (owner === null || isText(owner)),
  'alert-made': ({ request, title, severity, site, bay, text }) =>
    [request, title, text].every(isText) &&
    (alertSeverities as readonly unknown[]).includes(severity) &&
    [site, bay].every((name) => name === null || isText(name)),
  recount: ({ id, site, zone, vehicles }) =>
    isText(id) &&
    isText(site) &&
    isText(zone?.level) &&
    isText(zone?.zone) &&
    Number.isSafeInteger(vehicles) &&
    vehicles >= 0,
  sign: ({ id, sign }) => isText(id) && (sign === null || (isSign(sign) && sign.id === id)),
  'report-schedule': ({ request, id, schedule }) =>
    isText(request) && isText(id) && (schedule === null || (isReportSchedule(schedule) && schedule.id === id)),
  codec: ({ request, id, codec }) =>
    isText(request) && isText(id) && codecIdForm.test(id) && (codec === null || isPublishedCodec(codec)),
  'sign-mode': ({ id, mode, until }) =>
    isText(id) && (signModes as readonly unknown[]).includes(mode) && (until === null || Number.isSafeInteger(until)),
}
