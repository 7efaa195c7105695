/** People and keys: who may sign in, and what each may do. */
import * as z from 'zod'
import { shownText } from './shown-text.ts'
import { keyKinds, roles, scopes } from './vocabulary.ts'

const time = z.string().describe('ISO 8601')
const sites = z.array(z.string()).nullable().describe('ids of the sites that it is limited to; null: all')
const siteIds = z.array(z.string().min(1).max(128)).min(1).max(1_000).nullable()
const name = shownText(64)
const email = z.email({ error: 'must be an e-mail address' }).max(254)
/** Checked as a whole (src/auth/password.ts), so that one place gives the reason. */
const password = z.string().min(1).max(1_024)

const ada = {
  ...{ id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1', name: 'Ada Lovelace', email: 'ada@example.org' },
  ...{ role: 'operator' as const, sites: null, created: '2026-11-23T08:00:00.000Z' },
}
const sessionExample = 'b1946ac92492d234'

const personFields = {
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(roles),
  sites,
  created: time,
}

export const accountSchema = z
  .object({ ...personFields, session: z.string().describe('id of this session') })
  .meta({ examples: [{ ...ada, session: sessionExample }] })
export type Account = z.infer<typeof accountSchema>

const userExample = { ...ada, disabled: false, invited: true, second_factor: false, passkeys: 0, provider: false }

export const userSchema = z
  .object({
    ...personFields,
    disabled: z.boolean(),
    invited: z.boolean().describe('has not signed in yet: the link was not used'),
    passkeys: z.int(),
    provider: z.boolean().describe('signs in with the account of the organisation, which decides about the role'),
    second_factor: z.boolean().describe('signs in with a code of an app beside the password'),
  })
  .meta({ examples: [userExample] })
export type User = z.infer<typeof userSchema>

const mail = z.boolean().default(false).describe('sends the link to the person, by the first channel of kind email')

export const newUserSchema = z
  .strictObject({ name, email, role: z.enum(roles), sites: siteIds.default(null), mail })
  .meta({
    examples: [{ name: 'Ada Lovelace', email: 'ada@example.org', role: 'operator' as const, sites: null, mail: true }],
  })

export const mailOutcomeSchema = z.object({
  sent: z.boolean(),
  detail: z.string().describe('what the mail server has answered, or why nothing was sent'),
})
export type MailOutcome = z.infer<typeof mailOutcomeSchema>

export const userPatchSchema = z
  .strictObject({
    name: name.optional(),
    role: z.enum(roles).optional(),
    sites: siteIds.optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ examples: [{ role: 'engineer' as const }] })

export const invitedSchema = z
  .object({
    user: userSchema,
    link: z.string().describe('path of the page that sets the password: valid once; shown in this answer only'),
    expires: time,
    mail: mailOutcomeSchema.nullable().describe('null: not asked for'),
  })
  .meta({
    examples: [{ user: userExample, link: '/password?link=…', expires: '2026-11-26T08:00:00.000Z', mail: null }],
  })
export type Invited = z.infer<typeof invitedSchema>

export const newPasswordSchema = z
  .strictObject({ current: password, new: password })
  .meta({ examples: [{ current: 'seven green bicycles', new: 'nine blue umbrellas' }] })

export const ownFactorSchema = z
  .object({
    active: z.boolean(),
    required: z.boolean().describe('by the configuration: it cannot be removed'),
    recovery_codes_left: z.int(),
  })
  .meta({ examples: [{ active: true, required: false, recovery_codes_left: 10 }] })

export const givenPasswordSchema = z
  .strictObject({ password })
  .meta({ examples: [{ password: 'seven green bicycles' }] })

export const enrolmentSchema = z
  .object({
    secret: z.string().describe('Base32, to be typed into the app'),
    uri: z.string().describe('`otpauth://…`'),
    qr: z.object({ size: z.int(), path: z.string().describe('`d` of an SVG path, a unit for each module') }),
  })
  .meta({
    examples: [
      {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/Baykeeper:ada%40example.org?issuer=Baykeeper&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        qr: { size: 45, path: 'M4 4h7v1h-7z' },
      },
    ],
  })
export type EnrolmentOnWire = z.infer<typeof enrolmentSchema>

export const factorCodeSchema = z
  .strictObject({ code: z.string().min(6).max(32) })
  .meta({ examples: [{ code: '123456' }] })

export const recoveryCodesSchema = z
  .object({ recovery_codes: z.array(z.string()).describe('each works once; shown in this answer only') })
  .meta({ examples: [{ recovery_codes: ['abcd-efgh-ijkl-mnop'] }] })

const passkeyExample = {
  ...{ id: 'AAECAwQFBgcICQoLDA0ODw', name: 'Phone', created: '2026-11-23T08:00:00.000Z', last_used: null },
}
export const passkeySchema = z
  .object({ id: z.string(), name: z.string(), created: time, last_used: time.nullable() })
  .meta({ examples: [passkeyExample] })

export const ownPasskeysSchema = z
  .object({
    items: z.array(passkeySchema),
    next: z.string().nullable().describe('always null: all of them are answered'),
    available: z.boolean().describe('false: this address can have none, see `signIn` in the configuration'),
  })
  .meta({ examples: [{ items: [passkeyExample], next: null, available: true }] })

/** As WebAuthn has them: for the browser, which checks them. */
export const webAuthnOptionsSchema = z
  .record(z.string(), z.unknown())
  .describe('options of WebAuthn as JSON')
  .meta({ examples: [{ challenge: 'AAECAw', rpId: 'parking.example.org' }] })

const credential = z.looseObject({
  id: z.string().min(1).max(2_048),
  rawId: z.string().max(2_048),
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
})
const credentialExample = {
  ...{ id: 'AAECAw', rawId: 'AAECAw', type: 'public-key' as const, response: {}, clientExtensionResults: {} },
}

export const beginPasskeySchema = z
  .strictObject({ password: password.optional().describe('of an account that has one') })
  .meta({ examples: [{ password: 'seven green bicycles' }] })
export const newPasskeySchema = z
  .strictObject({ name, response: credential })
  .meta({ examples: [{ name: 'Phone', response: credentialExample }] })
export const passkeyAnswerSchema = z
  .strictObject({ response: credential })
  .meta({ examples: [{ response: credentialExample }] })

export const sessionSchema = z
  .object({
    id: z.string(),
    created: time,
    used: time.describe('last use, to the minute'),
    expires: time,
    address: z.string(),
    agent: z.string().describe('what the browser calls itself'),
    current: z.boolean(),
  })
  .meta({
    examples: [
      {
        ...{ id: sessionExample, created: '2026-11-23T08:00:00.000Z', used: '2026-11-23T09:00:00.000Z' },
        ...{ expires: '2026-12-23T08:00:00.000Z', address: '192.0.2.7', agent: 'Mozilla/5.0', current: true },
      },
    ],
  })

const limitList = (about: string) => z.array(z.string().min(1).max(128)).min(1).max(64).optional().describe(about)
const tokenLimits = z.strictObject({
  devices: limitList('ids of devices; one that ends with * stands for all that begin so'),
  topics: limitList('filters of the MQTT topics that it may publish to'),
  addresses: limitList('addresses and CIDR ranges that it may come from'),
  client_id: z.string().min(1).max(128).optional().describe('of MQTT'),
})

const keyExample = {
  ...{ kind: 'api' as const, name: 'board', scopes: ['read' as const], sites: null, origin: 'file' as const },
  ...{ created: '2026-11-23T08:00:00.000Z', expires: null, last_used: null, limits: null },
}

export const keySchema = z
  .object({
    kind: z.enum(keyKinds),
    name: z.string(),
    scopes: z.array(z.enum(scopes)).nullable().describe('of an API key'),
    sites,
    created: time.nullable().describe('null: from the environment'),
    expires: time.nullable(),
    last_used: time.nullable().describe('of an API key, to the minute'),
    limits: tokenLimits.nullable().describe('of an ingest token; null: none beside its source'),
    origin: z.enum(['file', 'environment']),
  })
  .meta({ examples: [keyExample] })
export type AccessKey = z.infer<typeof keySchema>

export const newKeySchema = z
  .strictObject({
    kind: z.enum(keyKinds),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    scopes: z.array(z.enum(scopes)).min(1).optional().describe('of an API key; default `read`'),
    sites: siteIds.optional().describe('of an API key; absent: all'),
    expires: z.iso.datetime({ offset: true }).nullable().optional().describe('of an API key; absent: never'),
    limits: tokenLimits
      .optional()
      .describe('of an ingest token; absent: it may be used for every device of its source'),
  })
  .meta({ examples: [{ kind: 'api' as const, name: 'board', scopes: ['read' as const] }] })

export const madeKeySchema = z
  .object({ key: keySchema, token: z.string().describe('shown in this answer only') })
  .meta({ examples: [{ key: keyExample, token: 'bka_…' }] })
