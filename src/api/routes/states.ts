/** States of bays as octets: the form a page reads fastest. Numbered like the stream, so that both join without a gap. */
import type { Plan } from '@baykeeper/contract/live.ts'
import type { FastifyReply } from 'fastify'
import type { RouteContext } from '../context.ts'

export function sendStates(
  { live }: RouteContext,
  reply: FastifyReply,
  states: Uint8Array,
  plan: Pick<Plan, 'version'> = live.floor.plan,
): FastifyReply {
  return reply
    .headers({ 'x-seq': String(live.ring.q), 'x-plan-version': plan.version, 'cache-control': 'no-store' })
    .type('application/octet-stream')
    .send(Buffer.from(states))
}
