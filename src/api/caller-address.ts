/** Where a request comes from, for the audit log and the list of sessions: behind a trusted proxy the client that it names. */
import type { FastifyRequest } from 'fastify'
import { createAddressList } from '../lib/address-list.ts'
import { clientAddress } from '../lib/client-address.ts'
import { addressed } from './sign-in-limit.ts'

const loopback = ['127.0.0.0/8', '::1']
const isHere = createAddressList(loopback)

export function callerAddress(trustedProxies: readonly string[] = []): (request: FastifyRequest) => string {
  const isProxy = createAddressList([...loopback, ...trustedProxies])
  return (request) => clientAddress(addressed(request), isProxy)
}

/** From a program on this machine, and not passed on by a proxy. */
export const isFromHere = ({ raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>): boolean =>
  isHere(raw.socket.remoteAddress ?? '') &&
  headers['x-forwarded-for'] === undefined &&
  headers.forwarded === undefined &&
  headers['x-forwarded-proto'] === undefined
