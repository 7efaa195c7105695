/** Why a sign-in at the provider did not succeed: a kind, for the words of the page, and a sentence for the log. It holds no token. */
import { OutboundError } from '../../lib/outbound-request.ts'

export const oidcFaultKinds = [
  'unreachable',
  'busy',
  'settings',
  'client',
  'denied',
  'state',
  'clock',
  'audience',
  'answer',
  'no-role',
  'too-many-groups',
  'no-email',
  'taken',
  'disabled',
  'last-admin',
] as const
/**
 * - `unreachable`: no answer, or one that is no answer of a provider; also an address that is not allowed
 * - `busy`: too many sign-ins are being checked with the provider at once
 * - `settings`: this server lacks something
 * - `client`: the provider does not accept client id, secret or the address to come back to
 * - `denied`: the person or the provider has broken it off
 * - `state`: begun in another browser, or too long ago
 * - `clock`: the token is of another time
 * - `audience`: the token is for somebody else, or of another issuer
 * - `answer`: anything else that is wrong with the answer
 * - the others: the person is proven and gets no access
 */
export type OidcFaultKind = (typeof oidcFaultKinds)[number]

export class OidcFault extends Error {
  readonly kind: OidcFaultKind
  constructor(kind: OidcFaultKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

interface LibraryFault {
  readonly code?: unknown
  readonly error?: unknown
  readonly error_description?: unknown
  readonly status?: unknown
  readonly message?: string
  readonly cause?: unknown
}

const textCharsMax = 300

/** Of what the library throws. */
export function oidcFaultOf(fault: unknown): OidcFault {
  const outbound = chainOf(fault).find((one) => one instanceof OutboundError)
  if (outbound) return new OidcFault('unreachable', outbound.message, { cause: fault })
  const { code, message = '' } = fault as LibraryFault
  const reported = reportedBy(fault as LibraryFault)
  const kind = kindOf(fault as LibraryFault)
  const claim = claimOf(fault as LibraryFault)
  const parts = [
    reported ?? message,
    ...(claim === undefined ? [] : [`claim ${claim}`]),
    ...(code === undefined ? [] : [String(code)]),
  ]
  return new OidcFault(
    kind,
    parts
      .join(', ')
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, textCharsMax),
    { cause: fault },
  )
}

function chainOf(fault: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let at = fault; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at)
  return chain
}

/** In the words of the provider. */
function reportedBy({ error, error_description: description }: LibraryFault): string | undefined {
  if (typeof error !== 'string') return undefined
  return typeof description === 'string' ? `${error} (${description})` : error
}

const clientErrors = [
  'invalid_client',
  'unauthorized_client',
  'invalid_redirect_uri',
  'invalid_scope',
  'unsupported_response_type',
]
const deniedErrors = [
  'access_denied',
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]

function kindOf(fault: LibraryFault): OidcFaultKind {
  const { code, error } = fault
  if (typeof error === 'string') {
    if (clientErrors.includes(error)) return 'client'
    if (deniedErrors.includes(error)) return 'denied'
    return error === 'temporarily_unavailable' || error === 'server_error' ? 'unreachable' : 'answer'
  }
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return 'clock'
  // The challenge of a refused client: RFC 6749, 5.2.
  if (code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return 'client'
  const claim = claimOf(fault)
  if (claim === 'aud' || claim === 'azp' || claim === 'iss') return 'audience'
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT' || code === 'OAUTH_RESPONSE_IS_NOT_CONFORM')
    return 'unreachable'
  if (code === 'OAUTH_RESPONSE_IS_NOT_JSON' || code === 'OAUTH_PARSE_ERROR') return 'unreachable'
  return 'answer'
}

/** The claim or attribute whose value was another one. */
function claimOf(fault: LibraryFault): string | undefined {
  for (const one of chainOf(fault)) {
    const cause = (one as LibraryFault).cause
    if (typeof cause !== 'object' || cause === null) continue
    const { claim, attribute } = cause as { claim?: unknown; attribute?: unknown }
    if (typeof claim === 'string') return claim
    // Of the metadata: the issuer there is another one.
    if (attribute === 'issuer') return 'iss'
  }
  return undefined
}
