/** A real OpenID provider (`oidc-provider`) on loopback, and a browser that signs in there. */
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export type AccountClaims = Readonly<Record<string, unknown>>

export interface ProviderUnderTest extends AsyncDisposable {
  readonly issuer: string
  /** Claims by subject: who signs in as `ada` is the subject `ada`. */
  readonly accounts: Map<string, AccountClaims>
  /** Changes the claims of each ID token, which is signed again with the key of the provider; undefined: as they are. */
  edit: ((claims: Record<string, unknown>) => void) | undefined
  /** Fields of the metadata that are other ones. */
  metadata: Readonly<Record<string, unknown>>
  /** Answers each request to the token endpoint in place of the provider; undefined: the provider does. */
  atToken: ((response: ServerResponse) => void) | undefined
  /** Requests, by path. */
  readonly asked: string[]
}

export const oidcClient = { id: 'baykeeper', secret: 'secret-of-the-client/with+signs' }

export async function providerUnderTest(callback: () => string): Promise<ProviderUnderTest> {
  const accounts = new Map<string, AccountClaims>()
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined
  const asked: string[] = []
  const server = createServer((request, response) => {
    request.url = (request.url ?? '/').replace(/^\/realm(?=\/)/, '')
    asked.push(new URL(request.url ?? '/', 'http://provider').pathname)
    if (under.atToken && request.url === '/token') return under.atToken(response)
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const under: ProviderUnderTest = {
    ...{ issuer, accounts, asked, edit: undefined, atToken: undefined, metadata: {} },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  handle = providerOf(under, callback).callback()
  return under
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const kid = randomUUID()

function providerOf(under: ProviderUnderTest, callback: () => string): Provider {
  const provider = new Provider(under.issuer, {
    clients: [
      {
        ...{ client_id: oidcClient.id, client_secret: oidcClient.secret, redirect_uris: [callback()] },
        ...{
          grant_types: ['authorization_code'],
          response_types: ['code'],
          token_endpoint_auth_method: 'client_secret_post',
        },
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } as never] },
    cookies: { keys: ['key of the test'] },
    scopes: ['openid', 'profile', 'email'],
    claims: { openid: ['sub', 'groups'], profile: ['name'], email: ['email', 'email_verified'] },
    findAccount: (_ctx, subject) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...under.accounts.get(subject) }),
    }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId,
        accountId: ctx.oidc.session?.accountId,
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path.startsWith('/.well-known/')) ctx.body = { ...(ctx.body as object), ...under.metadata }
    const token = ctx.path === '/token' ? (ctx.body as { id_token?: string } | undefined)?.id_token : undefined
    if (token === undefined || !under.edit) return
    const claims = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as Record<
      string,
      unknown
    >
    under.edit(claims)
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', kid })}.${part(claims)}`
    ctx.body = {
      ...(ctx.body as object),
      id_token: `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`,
    }
  })
  return provider
}

/** Follows the provider from the address that a server has sent the browser to; answers the address to which it comes back. */
export async function signInAtProvider(address: string, subject: string, do_: 'sign in' | 'break off' = 'sign in') {
  const jar = new Map<string, string>()
  let next = { url: address, body: undefined as string | undefined }
  for (let step = 0; step < 12; step++) {
    const response = await fetch(next.url, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(next.body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(next.body === undefined ? {} : { method: 'POST', body: next.body }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      const target = new URL(location, next.url)
      if (target.pathname === '/sign-in/oidc/callback') return target
      next = { url: target.href, body: undefined }
      continue
    }
    const page = await response.text()
    if (!response.ok) throw new Error(`the provider answers ${response.status}: ${page.slice(0, 500)}`)
    next =
      do_ === 'break off'
        ? { url: `${next.url}/abort`, body: undefined }
        : { url: next.url, body: `prompt=login&login=${subject}&password=x` }
  }
  throw new Error('the provider has not come to an end')
}
