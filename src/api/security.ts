/**
 * What every answer carries and every request must pass before anything looks at it: a strict content policy, and a Host that is
 * ours (a foreign name that resolves to our address would give a foreign page our origin: DNS rebinding).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasTwoHosts, twoHostsDetail } from '../lib/http-target.ts'
import { ProblemError } from './problem.ts'

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Of a page that these origins may show in a frame; `X-Frame-Options` knows no list of them. */
export function framedHeaders(reply: FastifyReply, origins: readonly string[]): void {
  if (origins.length === 0) return
  const policy = securityHeaders['content-security-policy'] ?? ''
  reply.header(
    'content-security-policy',
    policy.replace("frame-ancestors 'none'", `frame-ancestors ${origins.join(' ')}`),
  )
  reply.removeHeader('x-frame-options')
}

/** What anybody may read anyway, a page of somebody else may read too: a council shows its free bays on its own site. */
const publicHeaders: Readonly<Record<string, string>> = {
  ...securityHeaders,
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
}
const isPublicRead = ({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): boolean =>
  (method === 'GET' || method === 'HEAD') && url.startsWith('/public/')

/** Only over TLS: over plain HTTP a browser ignores it. */
const overTls = { 'strict-transport-security': 'max-age=31536000' }

export function headersFor(
  request: Pick<FastifyRequest, 'method' | 'url' | 'overTls'>,
): Readonly<Record<string, string>> {
  const headers = isPublicRead(request) ? publicHeaders : securityHeaders
  return request.overTls ? { ...headers, ...overTls } : headers
}

/** `Host` without its port, in lower case: `localhost`, `[::1]`, `parking.example.org`; empty when it is no host. */
function hostName(host: string): string {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]@/]+?)\.?(?::\d{1,5})?$/i.exec(host)?.[1]
  return (name ?? '').toLowerCase()
}

/** 127.0.0.0/8, [::1], localhost and names below it: browsers resolve those to this machine only. */
const isLoopback = (name: string) =>
  name === 'localhost' ||
  name.endsWith('.localhost') ||
  name === '[::1]' ||
  /^127\.(?:25[0-5]|2[0-4]\d|1?\d?\d)\.(?:25[0-5]|2[0-4]\d|1?\d?\d)\.(?:25[0-5]|2[0-4]\d|1?\d?\d)$/.test(name)

export function createHostCheck(hosts: readonly string[]): (request: FastifyRequest) => void {
  const configured = new Set(hosts.map(hostName).filter((name) => name !== ''))
  return ({ headers: { host }, raw }) => {
    if (hasTwoHosts(raw.rawHeaders)) throw new ProblemError(400, twoHostsDetail, { code: 'E_HOST' })
    const name = hostName(host ?? '')
    if (isLoopback(name) || configured.has(name)) return
    throw new ProblemError(421, 'this host name is not served here: add it to "hosts" in the configuration', {
      code: 'E_HOST',
    })
  }
}

/** A request that changes something and is proven by a cookie must come from our own page. */
export function requireSameOrigin({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  // Browsers send it to trustworthy addresses only (TLS, loopback); elsewhere the origin has to do.
  const ours = site === undefined ? sameHost(headers.origin, headers.host) : site === 'same-origin'
  if (!ours)
    throw new ProblemError(403, 'a session may change things from its own pages only: use an API key elsewhere', {
      code: 'E_ORIGIN',
    })
}

function sameHost(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || host === undefined) return false
  try {
    return new URL(origin).host === host.toLowerCase()
  } catch {
    // An origin that is no URL is not ours.
    return false
  }
}
