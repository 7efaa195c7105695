/**
 * What a browser keeps for this server for some minutes and can neither read nor change (AES-256-GCM). The key is of this process: after a restart
 * what was begun begins again. The server keeps nothing, so that a flood of beginnings costs no memory.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../lib/clock.ts'

export interface SealedCookie<T> {
  set(request: FastifyRequest, reply: FastifyReply, value: T): void
  /** Ends it; undefined where there is none, it is over, or it was not sealed here. */
  take(request: FastifyRequest, reply: FastifyReply): T | undefined
}

const ivBytes = 12
const tagBytes = 16

/** `name`: without the prefix that it gets over TLS. */
export function createSealedCookie<T>(name: string, validMs: number, clock: Pick<Clock, 'now'>): SealedCookie<T> {
  const key = randomBytes(32)
  const nameOf = ({ overTls }: FastifyRequest) => (overTls ? `__Host-${name}` : name)
  // Lax: it comes back with the way that another site has begun.
  const optionsOf = ({ overTls }: FastifyRequest) =>
    ({ path: '/', httpOnly: true, sameSite: 'lax', secure: overTls }) as const

  function seal(value: T): string {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const text = JSON.stringify({ value, until: clock.now() + validMs })
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  }
  function open(sealed: string): T | undefined {
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length <= ivBytes + tagBytes) return undefined
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString(
        'utf8',
      )
      const { value, until } = JSON.parse(text) as { value: T; until: number }
      return clock.now() < until ? value : undefined
    } catch {
      // Changed, or sealed before a restart: it is begun again.
      return undefined
    }
  }
  return {
    set: (request, reply, value) =>
      void reply.setCookie(nameOf(request), seal(value), { ...optionsOf(request), maxAge: validMs / 1_000 }),
    take(request, reply) {
      const sealed = request.cookies[nameOf(request)]
      if (sealed === undefined) return undefined
      reply.clearCookie(nameOf(request), optionsOf(request))
      return open(sealed)
    },
  }
}
