/** Rules that raise alerts, as they are written and read. */
import * as z from 'zod'
import { hoursSchema } from './layout.ts'
import { type MeasureName, measures } from './measures.ts'
import { shownText } from './shown-text.ts'
import {
  alertSeverities,
  alertSubjects,
  bayStates,
  bayTypes,
  comparisons,
  watchedPlaces,
  watchedQuantityNames,
} from './vocabulary.ts'

/** Rules that people have written or changed. */
export const rulesMax = 500
/** Of one list of a scope. */
export const scopeItemsMax = 200
const delaySMax = 7 * 24 * 3_600
/** An alert clears no sooner: bounds how often an input that flaps raises it. */
export const offDelaySMin = 30

const id = z.string().min(1).max(128)
/** Of a rule: an address of the API ends in it. */
export const ruleIdSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    'must be 1 to 64 small letters, digits and hyphens, and begin with a letter or digit',
  )
const scopeList = (about: string) => z.array(id).max(scopeItemsMax).default([]).describe(about)

const scopeSchema = z.strictObject({
  sites: scopeList('ids of sites'),
  levels: scopeList('ids of levels'),
  zones: scopeList('ids of zones'),
  types: z.array(z.enum(bayTypes)).max(bayTypes.length).default([]).describe('types of bays'),
  devices: scopeList('hardware ids'),
  sources: scopeList('names of sources'),
})

const measureNames = measures.map(({ name }) => name) as [MeasureName, ...MeasureName[]]
const watchSchema = z.strictObject({
  quantity: z.enum(watchedQuantityNames),
  is: z.enum(comparisons),
  places: z.enum(watchedPlaces).optional().describe('of a quantity of places: which, each for itself'),
  state: z.enum(bayStates).optional().describe('of `state-minutes`'),
  measure: z.enum(measureNames).optional().describe('of `measure`'),
})

const ruleFields = {
  enabled: z.boolean().default(true),
  severity: z.enum(alertSeverities),
  title: shownText(200).describe('of its alerts'),
  next: z.string().max(2_000).default('').describe('what to do next, shown with its alerts'),
  channels: z.array(ruleIdSchema).max(7).default([]).describe('names of channels that are notified'),
  scope: scopeSchema
    .default({ sites: [], levels: [], zones: [], types: [], devices: [], sources: [] })
    .describe('an empty list: everywhere; lists are joined by "and"'),
  schedule: z
    .array(hoursSchema)
    .max(50)
    .default([])
    .describe('hours in which it counts, local time of the site; empty: always'),
  on_delay_s: z
    .int()
    .min(0)
    .max(delaySMax)
    .default(0)
    .describe('its condition holds for this long before it is raised'),
  off_delay_s: z
    .int()
    .min(offDelaySMin)
    .max(delaySMax)
    .default(60)
    .describe('its condition is over for this long before it clears'),
  threshold: z.number().min(-1e9).max(1e9).nullable().default(null).describe('null: it compares with nothing'),
  clear_at: z
    .number()
    .min(-1e9)
    .max(1e9)
    .nullable()
    .default(null)
    .describe('the condition is over at this value; null: at the threshold'),
  watch: watchSchema
    .nullable()
    .default(null)
    .describe('of a rule of kind `own`; null: its kind defines what it watches'),
}

/** A rule as a person writes it: its id is in the address. */
export const newRuleSchema = z
  .strictObject({
    kind: z.string().min(1).max(64).default('own').describe('`own`, or the kind of a built-in rule'),
    ...ruleFields,
    reason: shownText(500).optional().describe('why: kept with the change'),
  })
  .meta({
    examples: [
      {
        ...{ kind: 'own', severity: 'warning' as const, title: 'Disabled bays nearly taken' },
        ...{ threshold: 2, clear_at: 4, on_delay_s: 300 },
        scope: { sites: ['north'], types: ['disabled' as const] },
        watch: { quantity: 'free' as const, is: 'below' as const, places: 'type' as const },
        schedule: [{ days: ['mon' as const, 'tue' as const], from: '07:00', to: '19:00' }],
      },
    ],
  })
export type NewRule = z.infer<typeof newRuleSchema>

export const ruleSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    ...ruleFields,
    is_built_in: z.boolean().describe('it exists without being stored: deleting it brings back its defaults'),
    is_changed: z.boolean().describe('a stored rule has taken the place of the built-in one; always true of `own`'),
    about: z.string().describe('what it watches, and when it raises'),
    unit: z.string().describe('of threshold and clear_at'),
    subject: z.enum(alertSubjects),
    holds_back: z.array(z.string()).describe('kinds of alerts that it explains: held back while it is active'),
    is_resolvable: z.boolean().describe('it has no clearing condition: a person resolves its alerts'),
    open: z.int().describe('alerts of it that are not closed'),
    author: z.string().nullable().describe('of its newest change; null: none'),
    changed: z.string().nullable().describe('ISO 8601'),
    reason: z.string(),
  })
  .meta({
    examples: [
      {
        ...{ id: 'site-full', kind: 'site-full', enabled: true, severity: 'warning' as const, title: 'Site is full' },
        ...{ next: 'Set the sign to full.', channels: [], schedule: [], on_delay_s: 60, off_delay_s: 120 },
        scope: { sites: [], levels: [], zones: [], types: [], devices: [], sources: [] },
        ...{ threshold: 1, clear_at: 3, is_built_in: true, is_changed: false, holds_back: [], is_resolvable: false },
        watch: { quantity: 'free' as const, is: 'below' as const, places: 'site' as const },
        ...{ about: 'Free bays of a site.', unit: 'bays', subject: 'place' as const },
        ...{ open: 0, author: null, changed: null, reason: '' },
      },
    ],
  })
export type RuleOnWire = z.infer<typeof ruleSchema>

export const ruleAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'site-full', record: 184_226 }] })

export const dryRunDays = [7, 14, 28] as const
export const dryRunSchema = z.strictObject({
  id: ruleIdSchema.optional().describe('compared with the rule of this id as it is in use'),
  days: z.literal(dryRunDays).default(14),
  rule: newRuleSchema,
})

const dryRunFigures = z.object({
  alerts: z.int(),
  per_day: z.array(z.object({ day: z.string(), alerts: z.int() })),
  minutes: z.number().describe('for which they were active, added up'),
  longest_min: z.number(),
  subjects: z.array(z.object({ subject: z.string(), alerts: z.int(), minutes: z.number() })).describe('the top twenty'),
})
export const dryRunResultSchema = z
  .object({
    days: z.int(),
    recorded_days: z.number().describe('of these, how many are known, in the mean of what the rule watches'),
    from: z.string().nullable(),
    to: z.string().nullable(),
    draft: dryRunFigures.nullable().describe('null: it cannot be evaluated on what is stored, or nothing was known'),
    present: dryRunFigures.nullable().describe('of the rule in use; null: there is none, or it cannot be evaluated'),
    added: z.array(z.string()).describe('subjects that only the draft raises, at most twenty'),
    dropped: z.array(z.string()).describe('subjects that only the rule in use raises, at most twenty'),
    notes: z.array(z.string()).describe('what could not be evaluated, and why'),
  })
  .meta({
    examples: [
      {
        ...{ days: 14, recorded_days: 3, from: '2026-11-20T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' },
        draft: { alerts: 0, per_day: [], minutes: 0, longest_min: 0, subjects: [] },
        ...{ present: null, added: [], dropped: [], notes: ['Only 3 of 14 days are recorded.'] },
      },
    ],
  })
export type DryRunResult = z.infer<typeof dryRunResultSchema>
