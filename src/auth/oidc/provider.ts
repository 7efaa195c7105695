/**
 * Asks the provider who a person is: authorisation code with PKCE, state and nonce (OpenID Connect Core 3.1). The ID token is checked by the keys
 * of the provider, also though it came from there over TLS.
 */
import type * as client from 'openid-client'
import type { Resolve } from '../../lib/outbound-request.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { OidcFault, oidcFaultOf } from './oidc-fault.ts'
import type { Claims } from './role-mapping.ts'
import { type OidcSettings, oidcSecret } from './settings.ts'

/** What the browser keeps, sealed, while the person is at the provider. */
export interface BegunSignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface ProvenPerson {
  readonly issuer: string
  readonly subject: string
  /** Of the ID token and the user info. */
  readonly claims: Claims
}

export interface OidcProvider {
  /** `callback`: address of this server to which the provider sends the person back. Throws OidcFault. */
  begin(callback: string): Promise<{ readonly address: string; readonly begun: BegunSignIn }>
  /** `address`: to which the provider has sent the person back, with its query. Throws OidcFault. */
  finish(address: URL, begun: BegunSignIn): Promise<ProvenPerson>
}

/** Metadata of the provider is asked for again after this time. */
const metadataMs = 3_600_000
/** A provider that did not answer is not asked more often than this, however many people try. */
const failedMs = 5_000

export interface OidcProviderParts {
  readonly env: NodeJS.ProcessEnv
  readonly monotonic: () => number
  readonly resolve?: Resolve
}

export function createOidcProvider(
  settings: OidcSettings,
  { env, monotonic, resolve }: OidcProviderParts,
): OidcProvider {
  let known: { readonly found: Promise<Discovered>; until: number } | undefined
  const discovered = () => {
    if (known && known.until > monotonic()) return known.found
    const found = discover(settings, env, resolve)
    const entry = { found, until: monotonic() + metadataMs }
    known = entry
    // Who has asked gets the fault.
    found.catch(() => {
      entry.until = monotonic() + failedMs
    })
    return found
  }
  const inWords = <T>(work: (at: Discovered) => Promise<T>) =>
    discovered()
      .then(work)
      .catch((fault: unknown) => {
        throw fault instanceof OidcFault ? fault : oidcFaultOf(fault)
      })

  return {
    begin: (callback) => inWords((at) => begin(at, settings, callback)),
    finish: (address, begun) => inWords((at) => finish(at, address, begun)),
  }
}

interface Discovered {
  readonly library: typeof client
  readonly config: client.Configuration
}

const metadataPath = /\/\.well-known\/openid-configuration\/?$/

async function discover(settings: OidcSettings, env: NodeJS.ProcessEnv, resolve?: Resolve): Promise<Discovered> {
  const secret = oidcSecret(settings, env)
  if (secret === undefined) throw new OidcFault('settings', 'there is no client secret, or its file cannot be read')
  // Loaded where there is a provider only.
  const library = await import('openid-client')
  const { allowInsecureRequests, customFetch, clockTolerance, enableNonRepudiationChecks } = library
  // As an issuer, so that its name is compared with the one in the metadata.
  const issuer = new URL(settings.issuer.replace(metadataPath, ''))
  const isPlain = issuer.protocol === 'http:'
  const metadataAt = (address: URL) =>
    library.discovery(address, settings.clientId, undefined, library.None(), {
      [customFetch]: guardedFetch(settings, resolve),
      timeout: settings.timeoutSeconds,
      ...(isPlain ? { execute: [allowInsecureRequests] } : {}),
    })
  const found = await metadataAt(issuer).catch((fault: unknown) => {
    const named = issuerIn(fault)
    // Some providers end their name with a slash, which people leave out.
    if (named === undefined || named.replace(/\/$/, '') !== issuer.href.replace(/\/$/, '')) throw fault
    return metadataAt(new URL(named))
  })
  const metadata = { client_secret: secret, [clockTolerance]: settings.clockToleranceSeconds }
  const config = new library.Configuration(
    found.serverMetadata(),
    settings.clientId,
    metadata,
    authentication(library, found, secret),
  )
  // Its type names the symbol for reading only.
  Object.assign(config, { [customFetch]: guardedFetch(settings, resolve) })
  config.timeout = settings.timeoutSeconds
  enableNonRepudiationChecks(config)
  if (isPlain) allowInsecureRequests(config)
  return { library, config }
}

/** The name in the metadata, where it is another one than the one that was asked for. */
function issuerIn(fault: unknown): string | undefined {
  const { attribute, body } = ((fault as Error).cause ?? {}) as { attribute?: string; body?: { issuer?: unknown } }
  return attribute === 'issuer' && typeof body?.issuer === 'string' ? body.issuer : undefined
}

/** In the body where that is allowed: providers disagree about how a header encodes special letters. */
function authentication(library: typeof client, found: client.Configuration, secret: string): client.ClientAuth {
  const methods = found.serverMetadata().token_endpoint_auth_methods_supported
  return methods?.includes('client_secret_post') ? library.ClientSecretPost(secret) : library.ClientSecretBasic(secret)
}

async function begin({ library, config }: Discovered, { scopes }: OidcSettings, callback: string) {
  const verifier = library.randomPKCECodeVerifier()
  const begun = { state: library.randomState(), nonce: library.randomNonce(), verifier }
  const address = library.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: ['openid', ...scopes.filter((scope) => scope !== 'openid')].join(' '),
    ...{ state: begun.state, nonce: begun.nonce, response_mode: 'query' },
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { address: address.href, begun }
}

async function finish({ library, config }: Discovered, address: URL, { state, nonce, verifier }: BegunSignIn) {
  const tokens = await library.authorizationCodeGrant(config, address, {
    ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
  })
  const proven = tokens.claims()
  if (!proven) throw new OidcFault('answer', 'the provider has sent no ID token')
  const hasMore = config.serverMetadata().userinfo_endpoint !== undefined
  const more = hasMore ? await library.fetchUserInfo(config, tokens.access_token, proven.sub) : {}
  return { issuer: proven.iss, subject: proven.sub, claims: { ...more, ...proven } }
}
