/** States of bays as octets: the form a page reads fastest. Numbered like the stream, so that both join without a gap. */
import type { FastifyReply } from 'fastify'
import type { RouteContext } from '../context.ts'

export const statesHeaders = {
  'x-seq': 'sequence of the stream the snapshot includes',
  'x-plan-version': 'version of the plan its indexes belong to',
}
export const statesAnswer = {
  status: 200,
  type: 'application/octet-stream',
  description: 'One octet per bay, by plan index: 0 free, 1 occupied, 2 reserved, 3 unknown, 4 closed.',
  headers: statesHeaders,
}

export function sendStates({ live }: RouteContext, reply: FastifyReply, states: Uint8Array): FastifyReply {
  return reply
    .headers({ 'x-seq': String(live.ring.q), 'x-plan-version': live.floor.plan.version, 'cache-control': 'no-store' })
    .type('application/octet-stream')
    .send(Buffer.from(states))
}
