/** The address of this server as people open it, for links that leave it. The check of the host has seen the header. */
import type { FastifyRequest } from 'fastify'
import type { RouteContext } from './context.ts'

export const originOf = (
  { publicUrl }: Pick<RouteContext, 'publicUrl'>,
  { overTls, headers }: Pick<FastifyRequest, 'overTls' | 'headers'>,
): string => publicUrl ?? `${overTls ? 'https' : 'http'}://${headers.host ?? 'localhost'}`
