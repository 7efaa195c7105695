/** Section `notifications` of the configuration. Secrets are files or variables, never values: the configuration is shown by `config show`. */
import { type ChannelKind, channelName, usualNotifiedEvents } from '@baykeeper/contract/notifications.ts'
import { type AlertSeverity, alertEvents, alertSeverities, openDays } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import { addressFault } from '../lib/address-list.ts'
import { httpUrlFault } from '../lib/outbound-address.ts'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a local time as 06:30' })
const checked = (fault: (text: string) => string | undefined) =>
  z
    .string()
    .min(1)
    .max(2_000)
    .superRefine((value, context) => {
      const message = fault(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
const timeZone = checked((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return undefined
  } catch {
    return `"${zone}" is not a time zone; write one like Europe/Berlin`
  }
})
/** Without white space and control characters: it may become part of a header. */
const plainToken = z.string().regex(/^[\x21-\x7e]{1,256}$/, { error: 'must be printable ASCII without blanks' })
const mailbox = z.email({ error: 'must be an e-mail address like duty@example.org' }).max(254)
const secretFile = z
  .string()
  .min(1)
  .optional()
  .describe(
    'file that holds the password, signing secret or token and nothing else; a relative path counts from the directory of this file. a variable of the environment takes its place, as docs/notifications.md has it',
  )
const caFile = z
  .string()
  .min(1)
  .optional()
  .describe('file with certificates (PEM) that are trusted in place of those of the system')

export const quietHoursSchema = z.strictObject({
  days: z.array(z.enum(openDays)).min(1).optional().describe('on which the span begins; absent: every day'),
  from: timeOfDay,
  to: timeOfDay.describe('at or before `from`: on the next day'),
})

const common = {
  severity: z.enum(alertSeverities).default('warning').describe('least severity that is sent'),
  sites: z.array(z.string().min(1)).default([]).describe('of these sites only; empty: of all, and of the system'),
  rules: z.array(z.string().min(1)).default([]).describe('of these rules only; empty: of all'),
  events: z
    .array(z.enum(alertEvents))
    .default([...usualNotifiedEvents])
    .describe('events of an alert that are sent'),
  locale: z.enum(['en', 'de']).default('en'),
  deliver: z
    .enum(['now', 'digest'])
    .default('now')
    .describe('"digest" collects everything for one message a day, at `digest.at`'),
  quietHours: z
    .array(quietHoursSchema)
    .max(14)
    .optional()
    .describe('local times at which only critical events are sent; the others wait and are merged'),
  rate: z
    .strictObject({ messages: z.int().min(1).max(10_000).default(60), minutes: z.int().min(1).max(1_440).default(10) })
    .prefault({})
    .describe(
      'at most so many messages in so many minutes; the rest is merged into one. Critical ones may be twice as many',
    ),
  concurrency: z.int().min(1).max(8).default(2).describe('messages under way at once'),
  timeoutSeconds: z.number().min(1).max(120).default(15).describe('for one attempt'),
}

const email = z
  .strictObject({
    kind: z.literal('email'),
    ...common,
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535).default(587),
    tls: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe(
        '"starttls" refuses a server without it; "none" only for a relay on this machine or in a trusted network',
      ),
    user: z.string().min(1).max(256).optional(),
    secretFile,
    caFile,
    from: mailbox,
    fromName: z
      .string()
      .regex(/^[^\p{Cc}"<>]{0,64}$/u, { error: 'must be without quotes, angle brackets and control characters' })
      .default('Baykeeper'),
    to: z.array(mailbox).min(1).max(50),
  })
  .refine(({ tls, user }) => tls !== 'none' || user === undefined, {
    path: ['tls'],
    error: 'must be "starttls" or "tls" where a user signs in: the password would be readable on the way',
  })

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  ...common,
  url: checked(httpUrlFault),
  secretFile,
  caFile,
})

const mqtt = z.strictObject({
  kind: z.literal('mqtt'),
  ...common,
  url: checked((text) =>
    /^mqtts?:\/\/[^/@\s]+$/.test(text)
      ? undefined
      : 'must be mqtt://host:port or mqtts://host:port, without user and path',
  ),
  user: z.string().min(1).max(256).optional(),
  secretFile,
  caFile,
  topic: z
    .string()
    .regex(/^[^#+\p{Cc}]{1,200}$/u, { error: 'must be a topic without + and #' })
    .default('baykeeper/alerts/{site}/{alert}')
    .describe('{site}, {alert}, {rule}, {event} and {severity} are filled in'),
  retain: z.boolean().default(false),
})

const ntfy = z.strictObject({
  kind: z.literal('ntfy'),
  ...common,
  url: checked(httpUrlFault).default('https://ntfy.sh'),
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, { error: 'must be 1 to 64 letters, digits, - and _' }),
  secretFile,
  caFile,
  click: checked(httpUrlFault).optional().describe('address that opens when the notification is clicked'),
  tags: z
    .array(plainToken.regex(/^[^,]+$/))
    .max(5)
    .default([]),
})

/** Each has a loop and connections of its own. */
const channelsMax = 50

export const notificationsSchema = z
  .strictObject({
    channels: z
      .record(channelName, z.discriminatedUnion('kind', [email, webhook, mqtt, ntfy]))
      .default({})
      .refine((channels) => Object.keys(channels).length <= channelsMax, { error: `must be at most ${channelsMax}` }),
    timeZone: timeZone.default('UTC').describe('of the digest and of quiet hours'),
    digest: z
      .strictObject({ at: timeOfDay.default('07:00') })
      .prefault({})
      .describe('local time of the daily message of channels that collect'),
    quietHours: z.array(quietHoursSchema).max(14).default([]).describe('of channels that set none'),
    allowAddresses: z
      .array(checked(addressFault))
      .max(100)
      .default([])
      .describe('private addresses or ranges that webhooks and pushes may reach; none by default'),
    link: checked(httpUrlFault).optional().describe('address of the pages, for links in messages'),
  })
  .prefault({})
  .describe('messages about alerts, from their own process')

export type NotificationSettings = z.output<typeof notificationsSchema>
export type ChannelSettings = NotificationSettings['channels'][string]
export type ChannelSettingsOf<K extends ChannelKind> = Extract<ChannelSettings, { kind: K }>
export type QuietHours = z.output<typeof quietHoursSchema>

export const severityRank = (severity: AlertSeverity): number => alertSeverities.indexOf(severity)

/** Variable that holds the secret of a channel. */
export const secretVariable = (channel: string): string =>
  `BAYKEEPER_NOTIFY_SECRET_${channel.replaceAll('-', '_').toUpperCase()}`
