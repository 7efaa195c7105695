/** Who is calling, and whether they may. Credentials are a key in the header or the session cookie; the header wins. */

import type { Access } from '@baykeeper/contract/route.ts'
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Keyring, Principal } from '../auth/keyring.ts'
import { sessionMs } from '../auth/session-cookie.ts'
import { ProblemError } from './problem.ts'
import { requireSameOrigin } from './security.ts'

const cookieName = 'baykeeper_session'
const safeMethods = new Set(['GET', 'HEAD'])

interface Caller {
  readonly principal: Principal | undefined
  readonly byCookie: boolean
}

/** A wrong key is never made good by a cookie; schemes other than Bearer belong to a proxy before us. */
export function identify(keyring: Keyring, { headers, cookies }: Pick<FastifyRequest, 'headers' | 'cookies'>): Caller {
  const token = /^Bearer +(\S{1,512})$/i.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) return { principal: keyring.apiKey(token), byCookie: false }
  const session = cookies[cookieName]
  const principal = session === undefined ? undefined : keyring.verifySession(session)
  return { principal, byCookie: principal !== undefined }
}

export function authorize(access: Access, request: FastifyRequest): void {
  if (access === 'open') return
  if (!request.principal)
    throw unauthorized('send "Authorization: Bearer KEY" with a valid API key, or open the setup link to sign in')
  if (!request.principal.scopes.includes(access))
    throw new ProblemError(403, `this needs the scope ${access}, which ${request.principal.name} has not`, {
      code: 'E_SCOPE',
    })
  if (request.byCookie && !safeMethods.has(request.method)) requireSameOrigin(request)
}

const unauthorized = (detail: string) =>
  new ProblemError(401, detail, { code: 'E_UNAUTHORIZED', headers: { 'www-authenticate': 'Bearer' } })

const cookieOptions: CookieSerializeOptions = {
  path: '/',
  httpOnly: true,
  sameSite: 'strict',
  maxAge: sessionMs / 1_000,
}

/** `Secure` when a proxy says that the browser came by TLS; a lie about it can only hurt the liar. */
export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, value: string): FastifyReply =>
  reply.setCookie(cookieName, value, { ...cookieOptions, secure: request.headers['x-forwarded-proto'] === 'https' })
