/** Who is calling, and whether they may. Credentials are a key in the header or the session cookie; the header wins. */
import { type Right, rightNamed } from '@baykeeper/contract/rights.ts'
import type { Route } from '@baykeeper/contract/route.ts'
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '../auth/accounts.ts'
import type { Keyring } from '../auth/keyring.ts'
import { isSameSites, mayUse, type Principal } from '../auth/principal.ts'
import { type Session, sessionMs } from '../auth/sessions.ts'
import { isFromHere } from './caller-address.ts'
import { ProblemError } from './problem.ts'
import { requireSameOrigin } from './security.ts'

/** Over TLS with the prefix: then no other host below the same domain, and no page without TLS, can plant a cookie of this name. */
const cookieNameOf = (overTls: boolean) => (overTls ? '__Host-baykeeper_session' : 'baykeeper_session')
const safeMethods = new Set(['GET', 'HEAD'])

interface Caller {
  readonly principal: Principal | undefined
  readonly byCookie: boolean
  readonly session: Session | undefined
}

/** Where credentials are looked up. */
export interface Gate {
  readonly keyring: Keyring
  readonly accounts: Accounts
  /** The city is simulated: who sits at this machine may look at it. */
  simulated(): boolean
}

const visitor: Principal = { name: 'visitor', scopes: ['read'] }

/** A wrong key is never made good by a cookie; schemes other than Bearer belong to a proxy before us. */
export function identify({ keyring, accounts, simulated }: Gate, request: Asking): Caller {
  const { headers, cookies } = request
  const token = /^Bearer +(\S{1,512})$/i.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) {
    const principal = keyring.apiKey(token)
    if (principal) accounts.keyUsed(keyring.hashOf(token))
    return { principal, byCookie: false, session: undefined }
  }
  const cookie = cookies[cookieNameOf(request.overTls)]
  const found = cookie === undefined ? undefined : accounts.ofCookie(cookie, keyring)
  if (found) return { ...found, byCookie: true }
  const looksOn = headers.authorization === undefined && simulated() && isFromHere(request)
  return { principal: looksOn ? visitor : undefined, byCookie: false, session: undefined }
}

type Asking = Pick<FastifyRequest, 'headers' | 'cookies' | 'raw' | 'overTls'>

/** Refuses what the table of rights (contract/rights.ts) does not grant. */
export function authorize(
  { access, sites: reach = 'city' }: Pick<Route, 'access' | 'sites'>,
  request: FastifyRequest,
): void {
  if (access === 'open') return
  const { principal } = request
  if (!principal) throw unauthorized('send "Authorization: Bearer KEY" with a valid API key, or open /desk to sign in')
  if (!mayUse(principal, access)) throw withoutRight(principal, access)
  if (principal.sites && reach === 'city')
    throw new ProblemError(
      403,
      `this is about all sites, and ${principal.name} is limited to ${principal.sites.join(', ')}`,
      {
        code: 'E_SITE',
      },
    )
  if (request.byCookie && !safeMethods.has(request.method)) requireSameOrigin(request)
}

function withoutRight({ name, role }: Principal, access: Right): ProblemError {
  const right = rightNamed(access)
  if (!right)
    return new ProblemError(403, 'this is refused to all: it is not in the table of rights', { code: 'E_NO_RIGHT' })
  if (role !== undefined)
    return new ProblemError(
      403,
      `this needs the role ${right.roles.join(' or ')}, and ${name} is ${role}: an administrator can change that`,
      { code: 'E_ROLE' },
    )
  const granting = right.personal
    ? 'a person who has signed in'
    : `the scope ${[...right.scopes, 'admin'].join(' or ')}`
  return new ProblemError(403, `this needs ${granting}, which ${name} has not`, { code: 'E_SCOPE' })
}

const unauthorized = (detail: string) =>
  new ProblemError(401, detail, { code: 'E_UNAUTHORIZED', headers: { 'www-authenticate': 'Bearer' } })

const cookieOptions: CookieSerializeOptions = {
  path: '/',
  httpOnly: true,
  sameSite: 'strict',
  maxAge: sessionMs / 1_000,
}

/** `Secure` where the browser came by TLS. */
export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, value: string): FastifyReply =>
  reply.setCookie(cookieNameOf(request.overTls), value, { ...cookieOptions, secure: request.overTls })

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.clearCookie(cookieNameOf(request.overTls), { path: '/', secure: request.overTls })

/** Whether a connection that this principal opened may go on: as long as a new one would show the same. */
export const isUnchanged = (before: Principal, now: Principal | undefined): boolean =>
  now !== undefined && mayUse(now, 'read') && isSameSites(before.sites, now.sites)
