/**
 * The address that passkeys are of: the configured one. Without it they work where a browser opens `localhost`; a number is no host name to them, and
 * without TLS browsers have none.
 */
import type { FastifyRequest } from 'fastify'
import type { RelyingParty } from '../auth/passkeys.ts'

export function relyingParty(publicUrl: string | undefined, { headers }: FastifyRequest): RelyingParty | undefined {
  const url = URL.parse(publicUrl ?? `http://${headers.host ?? ''}`)
  if (!url || !(url.protocol === 'https:' || isLocalhost(url.hostname)) || isNumber(url.hostname)) return undefined
  return { id: url.hostname, origin: url.origin }
}

const isLocalhost = (name: string) => name === 'localhost' || name.endsWith('.localhost')
const isNumber = (name: string) => /^[\d.]+$|^\[/.test(name)
