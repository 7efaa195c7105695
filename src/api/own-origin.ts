/** The address of this server as people open it, for links that leave it. The check of the host has seen the header. */
import type { FastifyRequest } from 'fastify'
import { isLoopbackHost } from '../config/values.ts'
import type { RouteContext } from './context.ts'

export const originOf = (
  { publicUrl }: Pick<RouteContext, 'publicUrl'>,
  { overTls, headers }: Pick<FastifyRequest, 'overTls' | 'headers'>,
): string => publicUrl ?? `${overTls ? 'https' : 'http'}://${headers.host ?? 'localhost'}`

/** Whether it leads every reader to a machine of their own. */
export const isOfThisMachine = ({ hostname }: Pick<URL, 'hostname'>): boolean => {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isLoopbackHost(host) || host.endsWith('.localhost')
}
