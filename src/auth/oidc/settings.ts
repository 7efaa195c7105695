/** Section `signIn.oidc` of the configuration: the organisation's OpenID Connect provider. The client secret is a file or a variable, never a value. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { roles } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import { addressFault } from '../../lib/address-list.ts'
import { httpUrlFault } from '../../lib/outbound-address.ts'

const checked = (fault: (text: string) => string | undefined) =>
  z
    .string()
    .min(1)
    .max(2_000)
    .superRefine((value, context) => {
      const message = fault(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })

/** Answers of the provider decide who is an administrator: only a provider on this machine is asked without TLS. */
export function issuerFault(text: string): string | undefined {
  const fault = httpUrlFault(text)
  if (fault !== undefined) return fault
  const { protocol, hostname, search } = new URL(text)
  if (search !== '') return 'must have no query (?)'
  return protocol === 'https:' || isThisMachine(hostname) ? undefined : 'must begin with https://'
}

const isThisMachine = (name: string) =>
  name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))

const siteIds = z.array(z.string().min(1).max(128)).min(1).max(1_000)

export const oidcSection = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\p{Cc}]{1,64}$/u, { error: 'must be 1 to 64 characters' })
      .default('OpenID Connect')
      .describe('of the provider, as the button of the sign-in page shows it'),
    issuer: checked(issuerFault).describe(
      'address of the provider, or of its /.well-known/openid-configuration; http:// only on this machine',
    ),
    clientId: z.string().min(1).max(512).describe('by which the provider knows this server'),
    secretFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'file that holds the client secret and nothing else; a relative path counts from the directory of this file. BAYKEEPER_OIDC_SECRET takes its place',
      ),
    caFile: z
      .string()
      .min(1)
      .optional()
      .describe('file with certificates (PEM) that are trusted in place of those of the system'),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, { error: 'must be a scope without blanks' }))
      .max(20)
      .default(['profile', 'email'])
      .describe('asked for beside `openid`'),
    claim: z
      .string()
      .min(1)
      .max(256)
      .default('groups')
      .describe('claim that decides about the role: a text or a list of them; realm_access.roles looks inside'),
    roles: z
      .array(
        z.strictObject({
          value: z.string().min(1).max(512).describe('of the claim'),
          role: z.enum(roles),
          sites: siteIds.optional().describe('ids of the sites that the person is limited to; absent: all'),
        }),
      )
      .min(1)
      .max(500)
      .describe(
        'who gets which role: the first entry whose value the claim has counts; without one there is no access',
      ),
    matchEmail: z
      .boolean()
      .default(false)
      .describe('an account that exists is matched by its e-mail, where the provider has verified that'),
    clockToleranceSeconds: z
      .int()
      .min(0)
      .max(300)
      .default(30)
      .describe('by how much the clocks of the provider and of this server may differ'),
    timeoutSeconds: z.number().min(1).max(60).default(10).describe('for one request to the provider'),
    allowAddresses: z
      .array(checked(addressFault))
      .max(100)
      .default([])
      .describe('private addresses or ranges at which the provider may be; none by default'),
  })
  .optional()
  .describe('sign-in with the account of the organisation (OpenID Connect); passwords and passkeys go on working')

export type OidcSettings = NonNullable<z.output<typeof oidcSection>>

export const oidcSecretVariable = 'BAYKEEPER_OIDC_SECRET'
const secretCharsMax = 4_096

/** Read for each sign-in, so that a file may be replaced while the server runs. Undefined: there is none, or it cannot be read. */
export function oidcSecret({ secretFile }: OidcSettings, env: NodeJS.ProcessEnv): string | undefined {
  const given = env[oidcSecretVariable] || undefined
  const text = given ?? (secretFile === undefined ? undefined : textOf(secretFile)?.replace(/\r?\n$/, ''))
  return text === undefined || text === '' || text.length > secretCharsMax ? undefined : text
}

export const oidcCa = ({ caFile }: OidcSettings): string | undefined =>
  caFile === undefined ? undefined : textOf(caFile)

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The sign-in reports that there is no secret; a missing certificate fails the connection.
    return undefined
  }
}
