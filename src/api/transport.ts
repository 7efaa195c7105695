/** Whether a request came by TLS: to this server itself, or to a reverse proxy that reports it and is trusted. */
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { createAddressList } from '../lib/address-list.ts'

const loopback = ['127.0.0.0/8', '::1']

/** `X-Forwarded-Proto` of any other client is ignored: it could take the protection off its own cookie, or put a promise on an answer that is not ours to give. */
export function createTlsCheck(trustedProxies: readonly string[] = []): (raw: IncomingMessage) => boolean {
  const isProxy = createAddressList([...loopback, ...trustedProxies])
  return ({ socket, headers }) => {
    if ((socket as Partial<TLSSocket>).encrypted === true) return true
    if (!isProxy(socket.remoteAddress)) return false
    const reported = headers['x-forwarded-proto']
    // Proxies in a row append: the first entry is how the browser came.
    const first = (typeof reported === 'string' ? reported : (reported?.[0] ?? '')).split(',', 1)[0]
    return first?.trim().toLowerCase() === 'https'
  }
}
