/** Signs: what they count, what they show and why, and who decided it. */
import * as z from 'zod'
import { shownText } from './shown-text.ts'
import { bayTypes, signLanguages, signModes, signReasonCodes, signShows } from './vocabulary.ts'

const id = z.string().min(1).max(128)
const numberMax = 65_000
export const signsMax = 2_000
export const signReasonCharsMax = 500
/** Ten years. */
const minutesMax = 10 * 366 * 24 * 60

export const signId = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits and _ . - only: it is part of topics and addresses')

const trustSchema = z.strictObject({
  coverage: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('least share of its places that must be known; fewer blank it'),
  behind_s: z.int().min(120).max(86_400).default(300).describe('how far processing may be behind; more blanks it'),
  reading_s: z
    .int()
    .min(60)
    .max(604_800)
    .nullable()
    .default(null)
    .describe('age of the newest message of its sensors; null: the heartbeat of each sensor decides alone'),
  band: z
    .int()
    .min(0)
    .max(numberMax)
    .nullable()
    .default(null)
    .describe('places that the bands of its count zones may leave open; null: a fifth of its capacity, and at least 2'),
})

const placeSchema = z
  .strictObject({ site: id, level: id.nullable().default(null), zone: id.nullable().default(null) })
  .refine(({ level, zone }) => zone === null || level !== null, {
    path: ['level'],
    message: 'a zone is one of a level: name it',
  })

const signFields = {
  name: shownText(128),
  places: z
    .array(placeSchema)
    .max(64)
    .default([])
    .describe('sites, levels or zones, count zones included; a bay of several of them counts once. None: every site'),
  types: z
    .array(z.enum(bayTypes))
    .max(bayTypes.length)
    .default([])
    .describe('only bays of one of these; none: of every type, and count zones, which have no type'),
  offset: z
    .int()
    .min(-numberMax)
    .max(numberMax)
    .default(0)
    .describe('added to what is counted; below 0 keeps places back'),
  floor: z.int().min(0).max(numberMax).default(1).describe('fewer free places show FULL'),
  hysteresis: z
    .int()
    .min(0)
    .max(numberMax)
    .default(0)
    .describe('once full, so many more than the floor have to be free'),
  max: z.int().min(1).max(numberMax).default(9_999).describe('the largest number it can show'),
  language: z.enum(signLanguages).default('en'),
  texts: z
    .strictObject({ full: shownText(16).nullable().default(null), closed: shownText(16).nullable().default(null) })
    .prefault({})
    .describe('in place of FULL and CLOSED; null: the standard text of the language'),
  trust: trustSchema.prefault({}).describe('when it blanks instead of showing a number'),
  min_change_s: z
    .int()
    .min(0)
    .max(3_600)
    .default(10)
    .describe('least time between two rises of the number; fewer places, FULL, CLOSED and blank are shown at once'),
}

export const signSettingsSchema = z
  .strictObject(signFields)
  .refine(({ places, types }) => places.length + types.length > 0, {
    path: ['places'],
    message: 'name at least one place or one type: a sign counts something',
  })
  .meta({
    examples: [{ name: 'Harbour, main entrance', places: [{ site: 'harbour', level: null, zone: null }], floor: 3 }],
  })
export type SignSettings = z.output<typeof signSettingsSchema>

/** A file of signs, as the command line reads it. */
export const signFileSchema = z.strictObject({
  signs: z
    .array(
      z.strictObject({ id: signId, ...signFields }).refine(({ places, types }) => places.length + types.length > 0, {
        path: ['places'],
        message: 'name at least one place or one type: a sign counts something',
      }),
    )
    .max(signsMax),
})

export const signModeSchema = z
  .strictObject({
    mode: z.enum(signModes),
    until: z.iso
      .datetime({ offset: true, error: 'must be ISO 8601 with offset, such as 2026-11-23T18:00:00Z' })
      .optional()
      .describe('when it counts again; without it and `minutes`: until a person changes it'),
    minutes: z.int().min(1).max(minutesMax).optional().describe('in place of `until`: from now on'),
    reason: shownText(signReasonCharsMax).describe('why: kept with it, and shown'),
  })
  .meta({ examples: [{ mode: 'closed' as const, minutes: 120, reason: 'Market day' }] })
export type NewSignMode = z.infer<typeof signModeSchema>

const exampleShown = { show: 'number' as const, text: '42', value: 42, reason: 'counted' as const }

export const signSchema = z
  .object({
    id: z.string(),
    ...signSettingsSchema.shape,
    show: z.enum(signShows),
    text: z.string().describe('what a driver reads; empty when it is blank'),
    value: z.int().nullable().describe('null unless a number is shown'),
    reason: z.enum(signReasonCodes).describe('why it shows that'),
    since: z
      .string()
      .nullable()
      .describe('ISO 8601; null: it is blank by the clock here, and processing has not come to that'),
    mode: z.enum(signModes),
    mode_until: z.string().nullable(),
    mode_author: z.string().nullable(),
    mode_reason: z.string(),
    capacity: z.int().describe('places that are not closed'),
    known: z
      .int()
      .nullable()
      .describe('of them, those whose state is known; null: what is counted is older than the sign allows'),
    free: z
      .int()
      .nullable()
      .describe('of them, those known to be free: one that is not known is not free; null: as for known'),
    coverage: z.number().nullable().describe('known of capacity; null without a place, and as for known'),
    age_s: z
      .number()
      .nullable()
      .describe(
        'seconds that processing is behind: age of the newest message or heartbeat that is processed; null: not known',
      ),
    reading_age_s: z
      .number()
      .nullable()
      .describe('seconds since the newest message of its sensors; null: there was none'),
    set_by: z.string(),
    set_at: z.string(),
  })
  .meta({
    examples: [
      {
        ...{ id: 'harbour-main', name: 'Harbour, main entrance', ...exampleShown },
        ...{ places: [{ site: 'harbour', level: null, zone: null }], types: [], offset: 0, floor: 3, hysteresis: 2 },
        ...{ max: 999, language: 'en' as const, texts: { full: null, closed: null }, min_change_s: 10 },
        trust: { coverage: 0.9, behind_s: 300, reading_s: null, band: null },
        ...{ since: '2026-11-23T08:00:00.000Z', mode: 'auto' as const, mode_until: null, mode_author: null },
        ...{ mode_reason: '', capacity: 120, known: 118, free: 42, coverage: 0.983, age_s: 0.4, reading_age_s: 0.4 },
        ...{ set_by: 'duty desk', set_at: '2026-11-20T08:00:00.000Z' },
      },
    ],
  })
export type SignOnWire = z.infer<typeof signSchema>

export const signChangeSchema = z
  .object({
    number: z.int().describe('1 is the first change of the sign'),
    at: z.string(),
    show: z.enum(signShows),
    value: z.int().nullable(),
    mode: z.enum(signModes),
    reason: z.enum(signReasonCodes),
    author: z.string().nullable().describe('null: no person changed it'),
    comment: z.string().describe('of the person'),
  })
  .meta({
    examples: [
      {
        ...{ number: 17, at: '2026-11-23T08:00:00.000Z', show: 'full' as const, value: null, mode: 'auto' as const },
        ...{ reason: 'below-floor' as const, author: null, comment: '' },
      },
    ],
  })
export type SignChangeOnWire = z.infer<typeof signChangeSchema>

export const signAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'harbour-main', record: 184_225 }] })
