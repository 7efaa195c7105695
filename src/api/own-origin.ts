/** The address of this server as people open it, for links that leave it. The check of the host has seen the header. */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { createAddressList } from '../lib/address-list.ts'
import type { RouteContext } from './context.ts'

export const originOf = (
  { publicUrl }: Pick<RouteContext, 'publicUrl'>,
  { overTls, headers }: Pick<FastifyRequest, 'overTls' | 'headers'>,
): string => publicUrl ?? `${overTls ? 'https' : 'http'}://${headers.host ?? 'localhost'}`

const isLoopback = createAddressList(['127.0.0.0/8', '::1'])

/** Whether it leads every reader to a machine of their own. */
export const isOfThisMachine = ({ hostname }: Pick<URL, 'hostname'>): boolean => {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : isLoopback(host)
}
