/** States of bays as octets: the form a page reads fastest. Numbered like the stream, so that both join without a gap. */
import type { FastifyReply } from 'fastify'
import type { RouteContext } from '../context.ts'

export function sendStates({ live }: RouteContext, reply: FastifyReply, states: Uint8Array): FastifyReply {
  return reply
    .headers({ 'x-seq': String(live.ring.q), 'x-plan-version': live.floor.plan.version, 'cache-control': 'no-store' })
    .type('application/octet-stream')
    .send(Buffer.from(states))
}
