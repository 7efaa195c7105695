/** Alerts: what needs a person, its history, and what people do with it. */
import * as z from 'zod'
import { shownText } from './shown-text.ts'
import {
  alertActions,
  alertEvents,
  alertRefusalCodes,
  alertSeverities,
  alertStates,
  alertSubjects,
} from './vocabulary.ts'

/** Alerts of one action. */
export const actionAlertsMax = 500
export const alertReasonCharsMax = 500
/** A shelved alert returns at the latest then. */
export const shelveDaysMax = 7

const id = z.string().min(1).max(128)
const requestId = id.refine((text) => /^[\w.:-]+$/.test(text), 'must be letters, digits and _ . : - only')
const iso = () => z.iso.datetime({ offset: true, error: 'must be ISO 8601 with offset, such as 2026-11-23T18:00:00Z' })

const alertFields = {
  id: z.string(),
  rule: z.string(),
  kind: z.string().describe('of the rule; `person`: made by a person'),
  severity: z.enum(alertSeverities),
  title: z.string(),
  text: z.string().describe('one sentence: what was seen, with its numbers'),
  state: z.enum(alertStates),
  is_active: z.boolean().describe('its condition holds'),
  subject: z.enum(alertSubjects),
  subject_id: z.string(),
  site: z.string().nullable(),
  level: z.string().nullable(),
  zone: z.string().nullable(),
  value: z.number().nullable(),
  limit: z.number().nullable(),
  unit: z.string(),
  raised: z.string().describe('ISO 8601'),
  cleared: z.string().nullable().describe('ISO 8601; null: it is active'),
  acknowledged: z.string().nullable(),
  acknowledged_by: z.string().nullable(),
  owner: z.string().nullable(),
  shelved_until: z.string().nullable(),
  closed: z.string().nullable(),
  root: z.string().nullable().describe('id of the alert that explains it'),
  children: z.int().describe('alerts that it explains'),
  times: z.int().describe('how often it was raised: one that comes back within ten minutes is the same alert'),
  is_resolvable: z.boolean(),
}
const example = {
  ...{ id: '5f0c1d2e3a4b5f0c1d2e3a4b', rule: 'overstay', kind: 'overstay', severity: 'warning' as const },
  ...{ title: 'Overstay', text: 'Bay A-017: parked longer than 120 min.', state: 'unacknowledged' as const },
  ...{ is_active: true, subject: 'bay' as const, subject_id: 'A-017', site: 'north', level: 'p1', zone: null },
  ...{ value: 120, limit: 120, unit: 'min', raised: '2026-11-23T08:00:00.000Z', cleared: null },
  ...{ acknowledged: null, acknowledged_by: null, owner: null, shelved_until: null, closed: null },
  ...{ root: null, children: 0, times: 1, is_resolvable: false },
}

export const alertSchema = z.object(alertFields).meta({ examples: [example] })
export type Alert = z.infer<typeof alertSchema>

export const alertEventSchema = z.object({
  event: z.enum(alertEvents),
  at: z.string(),
  author: z.string().nullable(),
  text: z.string().describe('reason or comment of its author, or what was seen'),
})
export type AlertEventOnWire = z.infer<typeof alertEventSchema>

export const alertDetailSchema = z
  .object({
    ...alertFields,
    next: z.string().describe('what to do next, from the rule'),
    events: z.array(alertEventSchema).describe('newest first, at most 200'),
    children_page: z.object({ items: z.array(alertSchema), next: z.string().nullable() }),
  })
  .meta({
    examples: [
      {
        ...example,
        next: 'Send an officer.',
        events: [{ event: 'raised' as const, at: example.raised, author: null, text: example.text }],
        children_page: { items: [], next: null },
      },
    ],
  })
export type AlertDetail = z.infer<typeof alertDetailSchema>

export const alertActionSchema = z
  .strictObject({
    id: requestId.optional().describe('given by the caller: sent again it is the same action; absent: one is made'),
    alerts: z.array(id).min(1).max(actionAlertsMax),
    action: z.enum(alertActions),
    until: iso().optional().describe(`of \`shelve\`: at most ${shelveDaysMax} days from now`),
    owner: shownText(128).nullable().optional().describe('of `assign`; null or absent: no person'),
    reason: shownText(alertReasonCharsMax).optional().describe('required for `comment`, `shelve` and `out-of-service`'),
  })
  .meta({ examples: [{ alerts: [example.id], action: 'acknowledge' as const }] })
export type NewAlertAction = z.infer<typeof alertActionSchema>

export const alertActionResultSchema = z
  .object({
    id: z.string(),
    record: z.int().nullable().describe('of the journal; null: nothing was changed'),
    results: z.array(
      z.object({
        alert: z.string(),
        ok: z.boolean(),
        code: z.enum(alertRefusalCodes).nullable(),
        message: z.string(),
        state: z.enum(alertStates).nullable(),
      }),
    ),
  })
  .meta({
    examples: [
      {
        ...{ id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1', record: 184_227 },
        results: [{ alert: example.id, ok: true, code: null, message: '', state: 'acknowledged' as const }],
      },
    ],
  })
export type AlertActionResult = z.infer<typeof alertActionResultSchema>

export const newAlertSchema = z
  .strictObject({
    id: requestId.optional().describe('given by the caller: sent again it is the same alert; absent: one is made'),
    title: shownText(200),
    severity: z.enum(alertSeverities),
    site: id.optional(),
    bay: id.optional(),
    text: shownText(alertReasonCharsMax).optional(),
  })
  .meta({ examples: [{ title: 'Barrier does not open', severity: 'critical' as const, site: 'north' }] })
export type NewAlert = z.infer<typeof newAlertSchema>

export const alertAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1', record: 184_228 }] })

const bySeverity = z.object({ critical: z.int(), warning: z.int(), info: z.int() })
/** Of the stream: small, and enough to know that the list is another. */
export const alertCountsSchema = z.object({
  change: z.int().describe('grows with each change of any alert'),
  needs_action: bySeverity,
  active: z.int().describe('whose condition holds, held back and shelved ones included'),
  shelved: z.int(),
  suppressed: z.int(),
})
export type AlertCounts = z.infer<typeof alertCountsSchema>

export const alertLoadSchema = z
  .object({
    at: z.string(),
    counts: alertCountsSchema,
    rules: z.object({ enabled: z.int(), all: z.int() }),
    operators: z.int().describe('1 until people have accounts'),
    per_operator_hour: z.number().describe('raised in the last hour, those held back not counted; aim 6 or fewer'),
    busiest_10_min: z.object({ from: z.string().nullable(), alerts: z.int() }).describe('today, UTC; aim 10 or fewer'),
    open_over_24_h: z.int(),
    counted_from: z
      .string()
      .nullable()
      .describe(
        'more than 100,000 were raised in 7 days: those before this moment are in none of the figures; null: all are',
      ),
    repeating: z
      .array(z.object({ rule: z.string(), subject_id: z.string(), title: z.string(), times: z.int() }))
      .describe('the same alert 3 times or more in 7 days, the first twenty'),
    top: z
      .array(z.object({ rule: z.string(), title: z.string(), alerts: z.int() }))
      .describe('the ten rules that raised most in 7 days'),
    chattering: z
      .array(z.object({ alert: z.string(), title: z.string(), subject_id: z.string(), times: z.int() }))
      .describe('raised 3 times or more under one id, open or closed in the last day, the first twenty'),
    hours: z
      .array(z.object({ from: z.string(), alerts: z.int(), held_back: z.int() }))
      .describe('the last 24, oldest first'),
    last_cleared: z.object({ title: z.string(), subject_id: z.string(), at: z.string() }).nullable(),
  })
  .meta({
    examples: [
      {
        at: '2026-11-23T08:00:00.000Z',
        counts: {
          change: 12,
          needs_action: { critical: 0, warning: 1, info: 0 },
          active: 1,
          shelved: 0,
          suppressed: 0,
        },
        ...{
          rules: { enabled: 18, all: 18 },
          operators: 1,
          per_operator_hour: 1,
          busiest_10_min: { from: null, alerts: 0 },
        },
        ...{
          open_over_24_h: 0,
          counted_from: null,
          repeating: [],
          top: [],
          chattering: [],
          hours: [],
          last_cleared: null,
        },
      },
    ],
  })
export type AlertLoad = z.infer<typeof alertLoadSchema>
