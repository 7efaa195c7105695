/** Reports that are sent by e-mail again and again, as they are set and read. They name channels of the configuration, and no address. */
import * as z from 'zod'
import { channelName, deliveryStates } from './notifications.ts'
import { mailedFormats, reportComparisons, reportKindNames } from './reports.ts'
import { shownText } from './shown-text.ts'
import { bayTypes, relativePeriods, reportIntervals, weekdays } from './vocabulary.ts'

export const schedulesMax = 200
const place = z.string().min(1).max(128).nullable().default(null)

export const scheduleId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: 'must be 1 to 64 small letters, digits and hyphens, and begin with a letter or digit',
})

/** How far a report has come that was due. `making`: it is made before it is sent. `unknown`: the notifier does not answer. */
export const mailedStates = ['none', 'unknown', 'making', ...deliveryStates] as const
export type MailedState = (typeof mailedStates)[number]

/** Without `other`, which names fixed days. */
const comparisons = reportComparisons.filter((one) => one !== 'other')

const fields = {
  name: shownText(128).describe('subject of the messages begins with it'),
  kind: z.enum(reportKindNames),
  site: place.describe('null: all sites'),
  level: place.describe('of the site'),
  zone: place.describe('of the level'),
  type: z.enum(bayTypes).nullable().default(null).describe('bays of this type; of a site or of all sites'),
  period: z
    .enum(relativePeriods)
    .describe('whole local days of the place before the day on which it is due; last-week: Monday to Sunday'),
  compare: z.enum(comparisons).default('none'),
  format: z.enum(mailedFormats).default('xlsx').describe('csv is written as the language of the channel has it'),
  table: z.string().min(1).max(64).nullable().default(null).describe('of csv; null: the first one of the kind'),
  every: z.enum(reportIntervals),
  weekday: z.enum(weekdays).nullable().default(null).describe('of every week'),
  month_day: z
    .int()
    .min(1)
    .max(31)
    .nullable()
    .default(null)
    .describe('of every month; a month that is shorter has it on its last day'),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a local time as 07:00' })
    .describe(
      'local time. One that the clocks skip is due when they change, one that they repeat the first time, and only then',
    ),
  channel: channelName.describe('of kind email; its receivers get the report, in its language'),
  paused: z.boolean().default(false).describe('nothing is due meanwhile, and nothing is made up for later'),
}

/** A schedule as a person writes it: its id is in the address. */
export const newScheduleSchema = z
  .strictObject({
    ...fields,
    time_zone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('of `at`; absent: that of the site, or of all sites, else that of the notifications'),
    reason: shownText(500).optional().describe('why: kept with the change'),
  })
  .meta({
    examples: [
      {
        ...{ name: 'Occupancy of North', kind: 'occupancy' as const, site: 'north', period: 'last-week' as const },
        ...{ format: 'xlsx' as const, every: 'week' as const, weekday: 'mon' as const, at: '07:00' },
        channel: 'planners',
      },
    ],
  })
export type NewSchedule = z.infer<typeof newScheduleSchema>

const lastSchema = z.object({
  state: z.enum(mailedStates),
  due: z.string().nullable().describe('ISO 8601'),
  asked: z.boolean().describe('a person asked for it: it was not due'),
  finished: z.string().nullable(),
  attempts: z.int().describe('to send it'),
  detail: z.string().describe('what went wrong; empty: nothing'),
  delivery: z.int().nullable().describe('id among the notifications'),
})
export type LastMailed = z.infer<typeof lastSchema>

export const scheduleSchema = z
  .object({
    id: z.string(),
    ...fields,
    time_zone: z.string(),
    author: z.string().describe('of its newest change'),
    changed: z.string().describe('ISO 8601'),
    reason: z.string(),
    next_due: z.string().nullable().describe('ISO 8601; null: it is paused'),
    last: lastSchema.describe('the newest report that was due or asked for'),
  })
  .meta({
    examples: [
      {
        ...{ id: 'north-weekly', name: 'Occupancy of North', kind: 'occupancy' as const, site: 'north', level: null },
        ...{ zone: null, type: null, period: 'last-week' as const, compare: 'none' as const, format: 'xlsx' as const },
        ...{ table: null, every: 'week' as const, weekday: 'mon' as const, month_day: null, at: '07:00' },
        ...{ channel: 'planners', paused: false, time_zone: 'Europe/Berlin', author: 'duty desk', reason: '' },
        ...{ changed: '2026-11-20T08:00:00.000Z', next_due: '2026-11-30T06:00:00.000Z' },
        last: {
          ...{ state: 'sent' as const, due: '2026-11-23T06:00:00.000Z', asked: false, attempts: 1, detail: '' },
          ...{ finished: '2026-11-23T06:00:04.000Z', delivery: 812 },
        },
      },
    ],
  })
export type ScheduleOnWire = z.infer<typeof scheduleSchema>

export const scheduleAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'north-weekly', record: 184_226 }] })

export const askedReportSchema = z
  .object({
    id: z.string(),
    delivery: z.int().describe('id among the notifications, which show what becomes of it'),
    key: z.string().describe('idempotency key'),
  })
  .meta({ examples: [{ id: 'north-weekly', delivery: 813, key: '6f0f2c0f4b1f4fd1a0d7c1c1b5f0a3de' }] })
export type AskedReport = z.infer<typeof askedReportSchema>
